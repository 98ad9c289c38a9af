import * as fs from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { randomPicture } from '../../../test/fixtures/pictures.ts'
import { decodePicture } from './decode.ts'
import { encodePicture, requireTarget } from './encode.ts'
import { savedPictures } from './testing/saved-pictures.ts'

const { at, newPath } = savedPictures()

test('the format comes from the name or is asked for; a name without one is refused with the list', async () => {
  const picture = randomPicture(4, 4, 3, 8, false)
  expect((await encodePicture(picture, null, { path: at('A.JPEG') })).format).toBe('jpeg')
  expect((await encodePicture(picture, null, { path: at('noext'), format: 'png' })).format).toBe('png')
  for (const name of ['photo', 'photo.xyz', 'photo.gif', 'photo.heic']) {
    await expect(requireTarget({ path: at(name) })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining(name),
      hint: expect.stringContaining('PNG, JPEG, WebP, AVIF or TIFF'),
    })
  }
  for (const quality of [0, 101, 50.5, Number.NaN]) {
    await expect(requireTarget({ path: newPath('jpeg'), quality })).rejects.toMatchObject({
      code: 'bad-request',
    })
  }
})

test('a target that is there is kept; overwriting the original is possible when asked for', async () => {
  const picture = randomPicture(12, 12, 3, 8, false)
  const path = newPath('png')
  await encodePicture(picture, null, { path })
  const before = await fs.readFile(path)
  await expect(encodePicture(randomPicture(5, 5, 1, 8, false), null, { path })).rejects.toMatchObject({
    code: 'file-exists',
  })
  expect((await fs.readFile(path)).equals(before)).toBe(true)
  await encodePicture(randomPicture(5, 5, 1, 8, false), null, { path, overwrite: true })
  expect((await decodePicture(path)).raster.width).toBe(5)
})

test('when the disk fills up, the error names the file and the old one is untouched', async () => {
  const path = newPath('png')
  const picture = randomPicture(12, 12, 3, 8, false)
  await encodePicture(picture, null, { path })
  const before = await fs.readFile(path)
  const fullDisk = {
    ...fs,
    open: (async (...args: Parameters<typeof fs.open>) => {
      const handle = await fs.open(...args)
      handle.writeFile = () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
      return handle
    }) as typeof fs.open,
  }
  await expect(encodePicture(picture, null, { path, overwrite: true }, fullDisk)).rejects.toMatchObject({
    code: 'disk-full',
    file: path,
  })
  expect((await fs.readFile(path)).equals(before)).toBe(true)
  expect((await fs.readdir(dirname(path))).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test('what the disk changed while writing is noticed, and is not saved', async () => {
  const path = newPath('png')
  const badDisk = {
    ...fs,
    open: (async (...args: Parameters<typeof fs.open>) => {
      const handle = await fs.open(...args)
      const write = handle.writeFile.bind(handle)
      handle.writeFile = (data) => {
        const changed = Buffer.from(data as Uint8Array)
        changed[changed.length >> 1] ^= 1
        return write(changed)
      }
      return handle
    }) as typeof fs.open,
  }
  const saving = encodePicture(randomPicture(12, 12, 3, 8, false), null, { path }, badDisk)
  await expect(saving).rejects.toMatchObject({ code: 'result-invalid', file: path })
  await expect(fs.access(path)).rejects.toThrow()
})

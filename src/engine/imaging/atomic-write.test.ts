import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkTarget, type FileSystem, writeFileAtomically } from './atomic-write.ts'

let folder: string
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'limpid-write-'))
})
afterEach(() => fs.rm(folder, { recursive: true, force: true }))

const bytes = Buffer.alloc(300_000, 'limpid')

/** The real file system with one operation replaced. */
function withFault(fault: Partial<FileSystem>): FileSystem {
  return { ...fs, ...fault }
}

function failing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(`${code}: injected`), { code }))
}

test('a file is written whole, and nothing else is left in the folder', async () => {
  const path = join(folder, 'out.png')
  await writeFileAtomically(path, bytes)
  expect(await fs.readFile(path)).toEqual(bytes)
  expect(await fs.readdir(folder)).toEqual(['out.png'])
})

test('a file that is there is kept unless overwriting was asked for; its permissions stay', async () => {
  const path = join(folder, 'out.png')
  await fs.writeFile(path, 'old', { mode: 0o600 })
  await expect(writeFileAtomically(path, bytes)).rejects.toMatchObject({
    code: 'file-exists',
    file: path,
    message: expect.stringContaining('out.png'),
    hint: expect.stringContaining('overwriting'),
  })
  expect(await fs.readFile(path, 'utf8')).toBe('old')
  await writeFileAtomically(path, bytes, { overwrite: true })
  expect(await fs.readFile(path)).toEqual(bytes)
  if (process.platform !== 'win32') expect((await fs.stat(path)).mode & 0o777).toBe(0o600)
  expect(await fs.readdir(folder)).toEqual(['out.png'])
})

test('of many writers of one name at once, exactly one succeeds, with or without hard links', async () => {
  for (const fileSystem of [fs, withFault({ link: failing('EPERM') })]) {
    const path = join(folder, fileSystem === fs ? 'linked.bin' : 'reserved.bin')
    const writers = Array.from({ length: 12 }, (_, i) =>
      writeFileAtomically(path, Buffer.alloc(1000 + i, i), { fileSystem }).then(() => i),
    )
    const results = await Promise.allSettled(writers)
    const winners = results.filter((result) => result.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    const winner = winners[0].value
    expect(await fs.readFile(path)).toEqual(Buffer.alloc(1000 + winner, winner))
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'file-exists' })
    }
  }
  expect((await fs.readdir(folder)).sort()).toEqual(['linked.bin', 'reserved.bin'])
})

test.skipIf(process.platform !== 'linux')(
  'a full disk is said so, and the old file is untouched',
  async () => {
    const path = join(folder, 'photo.tif')
    await fs.writeFile(path, 'old')
    const real = fs.open
    // /dev/full is a device on which every write is the kernel's own "no space left".
    const fileSystem = withFault({
      open: ((file: string, flags: string) =>
        real(file.endsWith('.tmp') ? '/dev/full' : file, flags.replace('x', ''))) as typeof fs.open,
    })
    await expect(writeFileAtomically(path, bytes, { overwrite: true, fileSystem })).rejects.toMatchObject({
      code: 'disk-full',
      file: path,
      message: expect.stringContaining('photo.tif'),
      hint: expect.stringContaining('1 MB'),
    })
    expect(await fs.readFile(path, 'utf8')).toBe('old')
    expect(await fs.readdir(folder)).toEqual(['photo.tif'])
  },
)

test('a disk that fills up half-way, or only when flushed, leaves nothing behind', async () => {
  for (const operation of ['writeFile', 'sync'] as const) {
    const fileSystem = withFault({
      open: (async (file: string, flags: string) => {
        const handle = await fs.open(file, flags)
        if (operation === 'writeFile') await handle.write(bytes.subarray(0, 1000))
        handle[operation] = failing('ENOSPC')
        return handle
      }) as typeof fs.open,
    })
    await expect(writeFileAtomically(join(folder, 'a.png'), bytes, { fileSystem })).rejects.toMatchObject({
      code: 'disk-full',
    })
    expect(await fs.readdir(folder)).toEqual([])
  }
})

test('what does not read back right does not take the place of the old file', async () => {
  const path = join(folder, 'out.png')
  await fs.writeFile(path, 'old')
  const verify = async (temporary: string): Promise<void> => {
    expect(await fs.readFile(temporary)).toEqual(bytes)
    expect(await fs.readFile(path, 'utf8')).toBe('old')
    throw new Error('does not decode')
  }
  await expect(writeFileAtomically(path, bytes, { overwrite: true, verify })).rejects.toThrow()
  expect(await fs.readFile(path, 'utf8')).toBe('old')
  expect(await fs.readdir(folder)).toEqual(['out.png'])
})

test('through a link, the file that it points to is replaced and the link stays', async () => {
  await fs.writeFile(join(folder, 'real.png'), 'old')
  await fs.symlink('real.png', join(folder, 'link.png'))
  await writeFileAtomically(join(folder, 'link.png'), bytes, { overwrite: true })
  expect(await fs.readlink(join(folder, 'link.png'))).toBe('real.png')
  expect(await fs.readFile(join(folder, 'real.png'))).toEqual(bytes)
})

test('a target that can never be written is said so before any work, with what to do', async () => {
  await fs.writeFile(join(folder, 'file'), 'x')
  await fs.mkdir(join(folder, 'folder'))
  const cases: [string, RegExp][] = [
    [join(folder, 'missing', 'a.png'), /folder .*missing does not exist/],
    [join(folder, 'file', 'a.png'), /is a file, not a folder/],
    [join(folder, 'folder'), /is a folder/],
    [join(folder, `${'n'.repeat(300)}.png`), /too long/],
  ]
  for (const [path, message] of cases) {
    const expected = { code: 'file-unwritable', file: path, message: expect.stringMatching(message) }
    await expect(writeFileAtomically(path, bytes, { overwrite: true })).rejects.toMatchObject(expected)
    if (path.length < 250) {
      await expect(checkTarget(path, { overwrite: true })).rejects.toMatchObject(expected)
    }
  }
  await expect(checkTarget(join(folder, 'new.png'))).resolves.toBeUndefined()
  await expect(checkTarget(join(folder, 'file'))).rejects.toMatchObject({ code: 'file-exists' })
})

test('no permission to write is said so', async () => {
  const denied = withFault({ access: failing('EACCES') })
  await expect(checkTarget(join(folder, 'a.png'), { fileSystem: denied })).rejects.toMatchObject({
    code: 'file-unwritable',
    message: expect.stringContaining('not allowed'),
  })
  const readOnly = withFault({ open: failing('EROFS') as never })
  await expect(
    writeFileAtomically(join(folder, 'a.png'), bytes, { fileSystem: readOnly }),
  ).rejects.toMatchObject({
    code: 'file-unwritable',
    message: expect.stringContaining('read-only'),
  })
})

// Root may write anywhere, so that a folder without permission stops only other users.
test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
  'a real folder without permission',
  async () => {
    const locked = join(folder, 'locked')
    await fs.mkdir(locked, { mode: 0o500 })
    await expect(writeFileAtomically(join(locked, 'a.png'), bytes)).rejects.toMatchObject({
      code: 'file-unwritable',
    })
  },
)

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeError } from './file-errors.ts'
import { keepPicture, safeName } from './kept-pictures.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'limpid-kept-'))
})
afterEach(() => rmSync(root, { recursive: true }))

test('bytes become a file of their own, also of the same name', async () => {
  const paths = [
    await keepPicture(root, 'a.png', [Buffer.from('one')]),
    await keepPicture(root, 'a.png', [Buffer.from('two')]),
  ]
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(['one', 'two'])
  expect(paths.map((path) => basename(path))).toEqual(['a.png', 'a.png'])
  expect(dirname(dirname(paths[0]))).toBe(root)
})

test('a long name is kept in any script', async () => {
  const path = await keepPicture(root, `${'写'.repeat(120)}.png`, [Buffer.from('one')])
  expect(readFileSync(path, 'utf8')).toBe('one')
})

test('a name that the file system finds too long is told as such', () => {
  const cause = Object.assign(new Error('too long'), { code: 'ENAMETOOLONG' })
  expect(writeError(cause, '/photos/long.png')).toMatchObject({
    code: 'file-unwritable',
    message: expect.stringContaining('too long'),
    hint: expect.stringContaining('shorter'),
  })
})

test('nothing is left of one that is too large, or that breaks off', async () => {
  const chunks = [Buffer.alloc(600_000), Buffer.alloc(600_000)]
  await expect(keepPicture(root, 'a.png', chunks, 1e6)).rejects.toMatchObject({ code: 'picture-too-large' })
  const breaks = (async function* () {
    yield Buffer.from('half')
    throw new Error('gone')
  })()
  await expect(keepPicture(root, 'b.png', breaks)).rejects.toMatchObject({ code: 'file-unwritable' })
  expect(readdirSync(root)).toEqual([])
  expect(existsSync(root)).toBe(true)
})

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\photos\\a.png', 'a.png'],
  ['..', 'picture'],
  ['', 'picture'],
  ['.png', 'png'],
  ['a\u0000b?.png', 'a_b_.png'],
  ['été à Paris.jpeg', 'été à Paris.jpeg'],
  [`${'x'.repeat(300)}.tif`, `${'x'.repeat(200)}.tif`],
])('the name %j is kept as %j', (name, kept) => {
  expect(safeName(name)).toBe(kept)
})

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ErrorData } from '../contract/errors.ts'
import { readError, writeError } from './file-errors.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'limpid-file-errors-'))
  await mkdir(join(folder, 'photos'))
  await writeFile(join(folder, 'cat.png'), '')
})
afterEach(() => rm(folder, { recursive: true }))

const at = (name: string) => join(folder, name)
const make = (name: string) => mkdir(at(name), { recursive: true })

test.each<
  [string, (name: string) => Promise<unknown>, string, Pick<ErrorData, 'code' | 'hint'> & { says: string }]
>([
  [
    'what is missing',
    (name) => readFile(at(name)),
    'gone.png',
    {
      code: 'file-not-found',
      says: 'is not there',
      hint: 'Check the name; it may have been moved or its drive taken out.',
    },
  ],
  [
    'what lies below a file',
    (name) => readFile(at(name)),
    'cat.png/x',
    {
      code: 'file-not-found',
      says: 'is not there',
      hint: 'Check the name; it may have been moved or its drive taken out.',
    },
  ],
  [
    'a folder',
    (name) => readFile(at(name)),
    'photos',
    { code: 'file-unreadable', says: 'is a folder, not a file', hint: 'Name a file in it.' },
  ],
])('%s cannot be read, and is told as what it is', async (_, read, name, { code, says, hint }) => {
  const thrown = await read(name).catch((cause) => readError(cause, at(name)))
  expect(thrown).toMatchObject({ code, hint, file: at(name), message: `${at(name)} ${says}.` })
})

test('a library that gives no code is quoted', () => {
  const cause = new Error('unexpected number of bytes')
  expect(readError(cause, '/a').message).toBe('/a cannot be read (unexpected number of bytes).')
  expect(writeError(cause, '/a').message).toBe('/a cannot be written (unexpected number of bytes).')
})

test.each([
  [
    'over a folder',
    (name: string) => writeFile(at(name), ''),
    'photos',
    (path: string) => `${path} is a folder.`,
  ],
  [
    'below a file',
    (name: string) => writeFile(at(name), ''),
    'cat.png/x',
    (path: string) => `A file stands in the way of ${path}.`,
  ],
  ['as a folder where a file is', make, 'cat.png', (path: string) => `A file stands in the way of ${path}.`],
  [
    'below a file, as a folder',
    make,
    'cat.png/x/y',
    (path: string) => `A file stands in the way of ${path}.`,
  ],
  ['by a long name', make, 'x'.repeat(300), (path: string) => `The name ${path} is too long.`],
])('what is written %s is told as what it is', async (_, write, name, message) => {
  const thrown = await write(name).catch((cause) => writeError(cause, at(name)))
  expect(thrown).toMatchObject({ code: 'file-unwritable', file: at(name), message: message(at(name)) })
})

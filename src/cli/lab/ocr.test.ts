/** `limpid lab ocr` with an engine that computes nothing: what it may replace, and what it takes. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { commandLine } from '../testing/command-line.ts'
import { FakeEngine, writePictures } from '../testing/fake-engine.ts'

const cli = commandLine()
const ocr = (...args: string[]) => cli.limpid('lab', 'ocr', ...args, '--json')

beforeEach(() => {
  cli.engine = new FakeEngine({
    prepareOcr: async ({ folder }) => ({
      noisy: path.join(folder, 'noisy.png'),
      cleaned: path.join(folder, 'cleaned.png'),
      psnr: null,
      read: null,
      characterErrorRate: null,
      note: null,
    }),
  })
})

test.each(['noisy.png', 'cleaned.png', 'clean.png'])(
  '%s that is there is not replaced unasked',
  async (name) => {
    mkdirSync(path.join(cli.cwd, 'ocr'))
    const [file] = await writePictures(path.join(cli.cwd, 'ocr'), [name])
    const { exitCode, json } = await ocr()
    expect(exitCode).toBe(1)
    expect(json()).toMatchObject({ errors: [{ code: 'file-exists', file }] })
    expect(cli.engine.asked).toEqual([])
    expect((await ocr('--overwrite')).exitCode).toBe(0)
    expect((await ocr('--folder', 'another')).exitCode).toBe(0)
  },
)

test('of a picture no clean line is written, so that one may be there', async () => {
  await writePictures(cli.cwd, ['line.png', 'clean.png'])
  expect((await ocr('line.png', '--folder', '.')).exitCode).toBe(0)
})

test('the picture itself is never replaced, not even by a link to it', async () => {
  await writePictures(cli.cwd, ['noisy.png', 'line.png'])
  const refused = async (picture: string, folder: string) => {
    const { exitCode, json } = await ocr(picture, '--folder', folder, '--overwrite')
    expect(exitCode).toBe(1)
    expect(json().errors).toMatchObject([{ code: 'file-exists', hint: 'Choose another --folder.' }])
    expect(cli.engine.asked).toEqual([])
  }
  await refused('noisy.png', '.')
  if (process.platform === 'win32') return
  mkdirSync(path.join(cli.cwd, 'links'))
  symlinkSync('../line.png', path.join(cli.cwd, 'links/cleaned.png'))
  await refused('line.png', 'links')
})

test('a folder that cannot be made is said before any work; one that can is made', async () => {
  writeFileSync(path.join(cli.cwd, 'file'), '')
  expect((await ocr('--folder', 'file/ocr')).json()).toMatchObject({ errors: [{ code: 'file-unwritable' }] })
  expect(cli.engine.asked).toEqual([])
  await ocr('--folder', 'new/ocr')
  expect(existsSync(path.join(cli.cwd, 'new/ocr'))).toBe(true)
})

test.each([
  ['--text', '', 'a line of 1 to 200 characters'],
  ['--text', ' ', 'a line of 1 to 200 characters'],
  ['--text', 'a'.repeat(201), 'a line of 1 to 200 characters'],
  ['--truth', '', 'a line of 1 character or more'],
  ['--sigma', '-1', 'a number from 0 to 255'],
])('%s %j is refused, and what it takes is said', async (option, value, takes) => {
  const { exitCode, err } = await ocr(...(option === '--truth' ? ['line.png'] : []), `${option}=${value}`)
  expect(exitCode).toBe(2)
  expect(err).toContain(`It takes ${takes}`)
  expect(cli.engine.asked).toEqual([])
})

import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { commandLine, modelOf } from './testing/command-line.ts'
import { writePictures } from './testing/fake-engine.ts'

const cli = commandLine()
const { limpid } = cli

beforeEach(async () => {
  await writePictures(cli.cwd, ['a.png', 'b.png'])
  const unetPeople = modelOf('unet-people', 'segment')
  cli.models.push({ ...unetPeople, channels: { input: 3, output: 1 } })
})

test.each([['denoise'], ['cut-out']])('%s: an empty name is no folder of pictures', async (command) => {
  const { exitCode, json } = await limpid(command, '', '--json')
  expect(exitCode).toBe(1)
  expect(json().errors).toEqual([
    {
      code: 'file-not-found',
      message: 'An empty name was given.',
      hint: expect.stringContaining('variable'),
    },
  ])
  expect(cli.engine.asked).toEqual([])
})

test('the app opens no folder that an empty name stands for', async () => {
  const { exitCode, err } = await limpid('serve', '')
  expect(exitCode).toBe(1)
  expect(err).toContain('An empty name was given.')
})

test('a picture that is named beside an empty name is done', async () => {
  const { exitCode, json } = await limpid('denoise', '', 'a.png', '--json')
  expect(exitCode).toBe(1)
  expect(json()).toMatchObject({
    results: [{ input: path.join(cli.cwd, 'a.png') }],
    errors: [{ code: 'file-not-found' }],
  })
})

test.each([
  ['--output', ['denoise', 'a.png', '-o', '']],
  ['--output', ['cut-out', 'a.png', '--output=']],
  ['--mask', ['inpaint', 'a.png', '--mask', '']],
  ['--out', ['train', 'denoise-fast', '--data', 'data', '--out', '']],
  ['--data', ['train', 'denoise-fast', '--data', '']],
  ['--onnx', ['models', 'export', 'denoise-fast', '--onnx', '']],
])('%s is refused where it is empty: %j', async (option, args) => {
  mkdirSync(path.join(cli.cwd, 'data'))
  const before = readdirSync(cli.cwd)
  const { exitCode, json } = await limpid(...args, '--json')
  expect(exitCode).toBe(1)
  expect(json().errors).toMatchObject([
    { code: 'file-not-found', message: `An empty name was given to ${option}.` },
  ])
  expect(cli.engine.asked).toEqual([])
  expect(readdirSync(cli.cwd)).toEqual(before)
})

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { commandLine, MODEL, modelOf } from '../testing/command-line.ts'

const cli = commandLine()
const { limpid } = cli

test('evaluate prints a table, and with --json all its figures', async () => {
  const args = ['evaluate', 'denoise', '--data', 'set', '--sigma', '25', '--grey', '--limit', '3']
  const { out } = await limpid(...args)
  expect(out).toMatch(/input\s+20\.20/)
  expect(out).toMatch(/denoise-fast\s+30\.90\s+0\.8800/)
  expect(cli.engine.asked[0]?.input).toEqual({
    task: 'denoise',
    folder: MODEL.folder,
    data: path.join(cli.cwd, 'set'),
    sigma: 25,
    grey: true,
    limit: 3,
  })
  const keys = ['task', 'model', 'backend', 'count', 'psnr', 'ssim', 'inputPsnr', 'seconds', 'megapixels']
  expect(Object.keys((await limpid(...args, '--json')).json())).toEqual(expect.arrayContaining(keys))
})

test('a test set is found below the data folder, as QUALITY.md names it; a folder here comes first', async () => {
  const data = path.join(cli.cwd, 'data')
  mkdirSync(path.join(data, 'sets/known'), { recursive: true })
  const asked = async (named: string) => {
    await limpid('evaluate', 'colourise', '--data', named, '--model', 'none')
    return (cli.engine.asked.at(-1)!.input as { data: string }).data
  }
  cli.env.LIMPID_DATA = data
  expect(await asked('sets/known')).toBe(path.join(data, 'sets/known'))
  expect(await asked('sets/unknown')).toBe(path.join(cli.cwd, 'sets/unknown'))
  mkdirSync(path.join(cli.cwd, 'sets/known'), { recursive: true })
  expect(await asked('sets/known')).toBe(path.join(cli.cwd, 'sets/known'))
})

test('evaluate measures each task on its own conditions, and without a model what it is compared with', async () => {
  cli.models.push(modelOf('upscale-3', 'upscale', 3))
  await limpid('evaluate', 'upscale', '--data', 'set', '--scale', '3', '--ensemble')
  const { exitCode } = await limpid('evaluate', 'document', '--data', 'set', '--model', 'none')
  expect(exitCode).toBe(0)
  await limpid('evaluate', 'pairs', '--data', 'set')
  const data = path.join(cli.cwd, 'set')
  expect(cli.engine.asked.map(({ input }) => input)).toEqual([
    { task: 'upscale', data, scale: 3, ensemble: true, folder: '/models/upscale-3' },
    { task: 'document', data, binarise: 'sauvola', folder: null },
    { task: 'pairs', data, grey: false, folder: MODEL.folder },
  ])
  const none = await limpid('evaluate', 'jpeg', '--data', 'set', '--quality', '10')
  expect(none.exitCode).toBe(1)
  expect(none.err).toContain('No model for jpeg-repair is installed.')
})

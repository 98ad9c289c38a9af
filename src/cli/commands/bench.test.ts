import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { EngineOutput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import type { ModelSummary } from '../../contract/model.ts'
import type { Context } from '../context.ts'
import { Terminal } from '../terminal.ts'
import { FakeEngine, Recorded } from '../testing/fake-engine.ts'
import { benchCommand } from './bench.ts'

const MODELS = [
  { id: 'denoise-fast', folder: '/models/denoise-fast', shipped: true },
  { id: 'mine', folder: '/home/models/mine', shipped: false },
] as ModelSummary[]

const MEASURED: EngineOutput<'bench'> = {
  reference: 'tensorflow',
  backends: [
    { name: 'tensorflow', device: 'TensorFlow 2.21 · CPU', problem: null },
    { name: 'webgpu', device: '', problem: 'Vulkan is missing.' },
    { name: 'wasm', device: 'WebAssembly with SIMD', problem: null },
    { name: 'cpu', device: 'JavaScript', problem: null },
  ],
  measurements: [
    {
      model: 'denoise-fast',
      work: '256²',
      results: [
        {
          backend: 'tensorflow',
          ratio: 1,
          ms: 51.24,
          megapixelsPerSecond: 1.2791,
          runs: [50, 51.24, 60],
          problem: null,
        },
        {
          backend: 'wasm',
          ratio: 8.5,
          ms: 12_345,
          megapixelsPerSecond: 0.0053,
          runs: [12_345],
          problem: null,
        },
        {
          backend: 'cpu',
          ratio: null,
          ms: null,
          megapixelsPerSecond: null,
          runs: [],
          problem: 'Left out: it takes about 90 s.',
        },
      ],
    },
  ],
}

async function limpid(...args: string[]) {
  const engine = new FakeEngine({ bench: async () => MEASURED })
  const output = new Recorded()
  const errorOutput = new PassThrough()
  errorOutput.resume()
  const context: Partial<Context> = {
    terminal: new Terminal(output, errorOutput, args.includes('--json')),
    withEngine: (_wish, work) => work(engine),
    models: {
      list: async () => ({ models: MODELS, errors: [] }),
      async find(id) {
        const model = MODELS.find((candidate) => candidate.id === id)
        if (!model) throw new LimpidError('model-unknown', `There is no model "${id}".`)
        return model
      },
    },
  }
  const command = benchCommand(async (_command, action) => {
    await action(context as Context)
  })
  await command.option('--json').parseAsync(args, { from: 'user' })
  return { text: output.text, asked: engine.asked }
}

test('a table for each model and work, the ratio first, with the reason where there is none', async () => {
  const { text } = await limpid()
  expect(text).toMatch(/denoise-fast, 256² +\/ tensorflow +time +speed\n/)
  expect(text).toMatch(/\n {2}tensorflow +1\.00 +51\.2 ms +1\.28 MP\/s\n/)
  expect(text).toMatch(/\n {2}wasm +8\.50 +12\.35 s +0\.00530 MP\/s\n/)
  expect(text).toMatch(/\n {2}cpu +Left out: it takes about 90 s\.\n/)
  expect(text).toContain('webgpu      not measured: Vulkan is missing.\n')
})

test('with --json one object with every run, and the machine', async () => {
  const { text } = await limpid('--json')
  expect(JSON.parse(text)).toMatchObject({ ok: true, machine: { cores: expect.any(Number) }, ...MEASURED })
  expect(text.trim().split('\n')).toHaveLength(1)
})

test('every shipped model is measured, or those that are named', async () => {
  expect((await limpid()).asked).toEqual([
    { kind: 'bench', input: { folders: ['/models/denoise-fast'], quick: false } },
  ])
  expect((await limpid('--quick', '--model', 'mine', 'denoise-fast')).asked).toEqual([
    { kind: 'bench', input: { folders: ['/home/models/mine', '/models/denoise-fast'], quick: true } },
  ])
  await expect(limpid('--model', 'none')).rejects.toMatchObject({ code: 'model-unknown' })
})

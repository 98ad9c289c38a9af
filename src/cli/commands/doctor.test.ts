import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { BackendReport } from '../../contract/backend.ts'
import type { Context } from '../context.ts'
import { Terminal } from '../terminal.ts'
import { FakeEngine, Recorded } from '../testing/fake-engine.ts'
import { doctor } from './doctor.ts'

async function printed(...backends: BackendReport[]): Promise<string> {
  const engine = new FakeEngine({ doctor: async () => ({ backends, chosen: null }) })
  const output = new Recorded()
  const errorOutput = new PassThrough()
  errorOutput.resume()
  const terminal = new Terminal(output, errorOutput, false)
  const context: Partial<Context> = { terminal, withEngine: (_wish, work) => work(engine) }
  await doctor(context as Context)
  return output.text
}

const GPU: BackendReport = {
  name: 'tensorflow',
  usable: true,
  device: 'TensorFlow 2.21 · Tesla T4',
  problem: null,
  remedy: null,
  gigaflops: 4000,
  trainingGigaflops: 0.0312,
  startMs: 900,
  memory: 16e9,
  driver: 'NVIDIA driver 550.54, CUDA up to 12.4',
}

test('each backend has its speed, in as many digits as tell something, its memory and its driver', async () => {
  expect(await printed(GPU)).toMatch(
    / ✓ {2}tensorflow {2}4000\.0 GFLOP\/s {2}training 0\.031 {2}starts in 0\.9 s {2}16\.00 GB {2}TensorFlow 2\.21 · Tesla T4, NVIDIA driver 550\.54, CUDA up to 12\.4\n/,
  )
})

test('what could be better is said of a backend that works, what to do of one that does not', async () => {
  const broken: BackendReport = {
    name: 'webgpu',
    usable: false,
    device: '',
    problem: 'Vulkan is missing.',
    remedy: 'Install it.',
    gigaflops: null,
    startMs: null,
  }
  const text = await printed({ ...GPU, note: 'It could be better. Do this.' }, broken)
  expect(text).toContain('\ntensorflow: It could be better. Do this.\n')
  expect(text).toContain('\nwebgpu: Vulkan is missing.\n  Install it.\n')
})

test('of a backend at its best there is nothing more to say', async () => {
  expect(await printed(GPU)).not.toContain('tensorflow:')
})

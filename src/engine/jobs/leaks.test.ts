import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cpu } from '../backends/cpu.ts'
import { tensorflow } from '../backends/tensorflow.ts'
import { cancelled } from '../cancelled.ts'
import { Compute } from '../compute.ts'
import { tf } from '../tf.ts'
import { aloneWith } from './job-context.ts'
import { processPicture } from './process.ts'
import { FAULTS, flakyBackend, outOfMemory } from './testing/flaky-backend.ts'
import { saveTinyModel } from './testing/tiny-model.ts'

let folder: string
const file = (name: string) => path.join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-leaks-'))
  await cpu.start({ asked: true })
  await saveTinyModel(file('tiny'))
  const pixels = Buffer.alloc(24 * 16 * 3, 90)
  const image = sharp(pixels, { raw: { width: 24, height: 16, channels: 3 } })
  await image.clone().png().toFile(file('colour.png'))
  await image.clone().greyscale().png().toFile(file('grey.png'))
  await writeFile(file('damaged.png'), (await readFile(file('colour.png'))).subarray(0, 60))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function job(compute: Compute, picture: string, isCancelled = false): Promise<string> {
  const step = async () => {
    if (isCancelled) throw cancelled()
  }
  const target = { path: file('out.png'), overwrite: true }
  const steps = [{ task: 'denoise' as const, folder: file('tiny'), strength: 0.5 }]
  const context = { ...aloneWith(compute), step }
  return processPicture({ path: file(picture), steps, target }, context).then(
    () => 'done',
    (error) => error.code,
  )
}

it('a thousand jobs, some of which fail in every way there is, leave no tensor behind', async () => {
  const { backend, state } = flakyBackend('webgpu')
  const others = flakyBackend('wasm').backend
  const outcomes: Record<string, number> = {}
  let before = 0
  for (let i = 0; i < 1000; i++) {
    // A backend that failed is out for the rest of its process.
    const compute = new Compute({ backends: [backend, { ...others, name: 'tensorflow' }] })
    const fault = { 3: outOfMemory, 5: FAULTS.NaN, 7: FAULTS['a lost GPU'] }[i % 10] ?? null
    Object.assign(state, { fault, armed: 0, networks: 0 })
    const picture = i % 10 === 1 ? 'damaged.png' : i % 2 === 0 ? 'colour.png' : 'grey.png'
    const outcome = await job(compute, picture, i % 10 === 9)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (i === 19) before = tf.memory().numTensors
  }
  expect(tf.memory().numTensors).toBe(before)
  // No memory for the smallest tile moves on to the next backend, as the other faults do.
  expect(outcomes).toEqual({ done: 800, 'picture-damaged': 100, cancelled: 100 })
})

it('two hundred jobs on TensorFlow leave no tensor behind, here and in its own memory', async (test) => {
  const usable = await tensorflow.start({ asked: true }).catch(() => null)
  test.skip(!usable, 'TensorFlow is not set up here.')
  const compute = new Compute({ backends: [tensorflow] })
  await job(compute, 'colour.png')
  await job(compute, 'grey.png')
  const { numTensors, numBytes } = tf.memory()
  for (let i = 0; i < 200; i++) await job(compute, i % 2 === 0 ? 'colour.png' : 'grey.png')
  expect(tf.memory()).toMatchObject({ numTensors, numBytes })
})

/** Faults in the backend's kernels, and what becomes of the picture. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BackendChoice } from '../../contract/backend.ts'
import { cpu } from '../backends/cpu.ts'
import { Compute } from '../compute.ts'
import { createRaster, type Raster } from '../imaging/raster.ts'
import { readManifest } from '../models/model-file.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { planTiles } from '../tiling.ts'
import { aloneWith } from './job-context.ts'
import { runSteps } from './restoration.ts'
import { FAULTS, flakyBackend, outOfMemory } from './testing/flaky-backend.ts'
import { saveTinyModel } from './testing/tiny-model.ts'

const WIDTH = 260
const HEIGHT = 190
/** Above the size that is not halved any more. */
const maxTilePixels = 1.5 * 128 * 128

let folder: string
let picture: Raster
let undisturbed: Buffer
let tiles: number
const first = flakyBackend('webgpu')
const second = flakyBackend('tensorflow')

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-faults-'))
  await cpu.start({ asked: true })
  await saveTinyModel(folder)
  picture = createRaster(WIDTH, HEIGHT, 3, 8)
  const draw = random(1)
  for (let i = 0; i < picture.samples.length; i++) picture.samples[i] = 40 + draw.below(200)
  tiles = planTiles(WIDTH, HEIGHT, await readManifest(folder), maxTilePixels).length
  expect(tiles).toBeGreaterThan(1)
  undisturbed = bytesOf((await restore()).raster)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let announced: BackendChoice[]
beforeEach(() => {
  announced = []
  for (const { state } of [first, second]) Object.assign(state, { fault: null, armed: null, networks: 0 })
})

function restore() {
  announced = []
  const compute = new Compute({
    maxTilePixels,
    backends: [first.backend, second.backend],
    onChoice: (choice) => announced.push(choice),
  })
  const steps = [{ task: 'denoise' as const, folder, strength: 1 }]
  return runSteps(picture, steps, aloneWith(compute))
}

const bytesOf = ({ samples }: Raster) => Buffer.from(samples.buffer)

describe('a backend that fails at any tile', () => {
  it.each(Object.entries(FAULTS))(
    '(%s) costs no picture: it is begun anew on the next one, and that is said',
    async (_, fault) => {
      for (let at = 0; at < tiles; at++) {
        Object.assign(first.state, { fault, armed: at, networks: 0 })
        const { raster, backend } = await restore()
        expect(backend).toBe('tensorflow')
        expect(announced.map(({ name }) => name)).toEqual(['webgpu', 'tensorflow'])
        expect(announced[1].passedOver[0].problem).toMatch(
          /webgpu failed as it computed: \S|result was refused: \S/,
        )
        expect(bytesOf(raster).equals(undisturbed), `fault at tile ${at}`).toBe(true)
      }
    },
  )

  it('(out of memory) keeps the picture on it, in smaller tiles', async () => {
    for (let at = 0; at < tiles; at++) {
      Object.assign(first.state, { fault: outOfMemory, armed: at, networks: 0 })
      const { raster, backend } = await restore()
      expect(backend).toBe('webgpu')
      expect(announced).toHaveLength(1)
      expect(first.state.networks).toBeGreaterThan(tiles)
      expect(bytesOf(raster).equals(undisturbed), `fault at tile ${at}`).toBe(true)
    }
  })

  it('leaves nothing of the failed attempt in memory', async () => {
    await restore()
    const { numTensors } = tf.memory()
    for (const fault of [...Object.values(FAULTS), outOfMemory]) {
      Object.assign(first.state, { fault, armed: 1, networks: 0 })
      await restore()
    }
    Object.assign(first.state, { fault: null })
    await restore()
    expect(tf.memory().numTensors).toBe(numTensors)
  })
})

it('NaN on two backends is an error of the job that says what to do', async () => {
  Object.assign(first.state, { fault: FAULTS.NaN, armed: 0 })
  Object.assign(second.state, { fault: FAULTS.NaN, armed: 0 })
  const error = await restore().catch((thrown) => thrown)
  expect(error.code).toBe('result-invalid')
  expect(error.hint).toContain('the original is untouched')
})

describe('on WebAssembly', () => {
  it('several workers give the same picture as one', async () => {
    const on = async (workers: number) => {
      const compute = new Compute({ wanted: 'wasm', workers, maxTilePixels })
      const steps = [{ task: 'denoise' as const, folder, strength: 1 }]
      const { raster, backend } = await runSteps(picture, steps, aloneWith(compute))
      expect(backend).toBe('wasm')
      return bytesOf(raster)
    }
    expect((await on(3)).equals(await on(1))).toBe(true)
  })

  it('a pool that runs out of memory goes on in smaller tiles', async () => {
    const workerScript = new URL('../pool/testing/scripted-worker.ts', import.meta.url)
    const compute = new Compute({
      backends: [{ ...cpu, name: 'wasm' }],
      workers: 3,
      maxTilePixels,
      workerScript,
    })
    // Named for what the worker does: no memory above 128² px, and half of each value.
    const small = path.join(folder, 'small')
    await saveTinyModel(small)
    const steps = [{ task: 'denoise' as const, folder: small, strength: 1 }]
    const { raster } = await runSteps(picture, steps, aloneWith(compute))
    expect([...raster.samples.subarray(0, 99)]).toEqual(
      [...picture.samples.subarray(0, 99)].map((value) => Math.round(value / 2)),
    )
  })
})

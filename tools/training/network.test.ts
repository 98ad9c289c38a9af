import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { architecture } from '../../src/engine/architectures/index.ts'
import { chooseBackend } from '../../src/engine/backends/choose.ts'
import { loadModel, saveModel } from '../../src/engine/models/model-file.ts'
import { random } from '../../src/engine/random.ts'
import { tf } from '../../src/engine/tf.ts'
import { hasTorch, tryPython } from './testing/python.ts'

const [width, height] = [48, 32]

/** Reads a picture from stdin, runs the model folder's network on it, and writes the result to stdout. */
const RUN = `
import numpy as np, torch
from network import Network
network = Network(sys.argv[1]).eval()
channels = int(sys.argv[2])
x = np.frombuffer(sys.stdin.buffer.read(), "<f4").reshape(1, ${height}, ${width}, channels)
with torch.inference_mode():
    y = network(torch.from_numpy(x.copy()).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
sys.stdout.buffer.write(y.contiguous().numpy().astype("<f4").tobytes())
`
const SAVE = `
from network import Network
Network(sys.argv[1]).save_weights(sys.argv[1])
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-network-'))
  await chooseBackend()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.skipIf(!hasTorch)('a model folder in PyTorch', () => {
  it('computes what Limpid computes, within 1e-4', async () => {
    const shipped = path.join(import.meta.dirname, '../../models/denoise-fast')
    expect(await largestDifference(shipped, 3)).toBeLessThan(1e-4)
  })

  it('does so for a U-Net with batch norm, skips and transposed convolutions', async () => {
    const network = architecture('unet', { filters: 4, depth: 2, outputChannels: 2 })
    const model = network.build(5)
    const unet = path.join(folder, 'unet')
    const { manifest } = await loadModel(path.join(import.meta.dirname, '../../models/denoise-fast'))
    await saveModel(unet, model, manifest)
    model.dispose()
    expect(await largestDifference(unet, 3)).toBeLessThan(1e-4)
  })

  it('writes weights.bin as it was, to the byte, with a hash that fits', async () => {
    const copy = path.join(folder, 'copy')
    await cp(path.join(import.meta.dirname, '../../models/denoise-fast'), copy, { recursive: true })
    const before = await readFile(path.join(copy, 'weights.bin'))
    expect(tryPython(SAVE, [copy])).not.toBeNull()
    expect(Buffer.compare(await readFile(path.join(copy, 'weights.bin')), before)).toBe(0)
    const { model } = await loadModel(copy)
    model.dispose()
  })
})

async function largestDifference(modelFolder: string, channels: number): Promise<number> {
  const { model } = await loadModel(modelFolder)
  const values = new Float32Array(width * height * channels)
  random(1).fillGaussian(values)
  const x = tf.tensor4d(values, [1, height, width, channels])
  const y = model.predictOnBatch(x) as tf.Tensor
  const ours = await y.data<'float32'>()
  tf.dispose([x, y])
  model.dispose()
  const output = tryPython(RUN, [modelFolder, String(channels)], new Uint8Array(values.buffer))
  const theirs = new Float32Array(new Uint8Array(output!).buffer)
  expect(theirs.length).toBe(ours.length)
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i])), 0)
}

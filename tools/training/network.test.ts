import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { architecture } from '../../src/engine/architectures/index.ts'
import { chooseBackend } from '../../src/engine/backends/choose.ts'
import { loadModel, saveModel } from '../../src/engine/models/model-file.ts'
import { random } from '../../src/engine/random.ts'
import { tf } from '../../src/engine/tf.ts'

const python = process.env.LIMPID_PYTHON ?? 'python3'
const hasTorch = tryPython('import torch, numpy') !== null
if (!hasTorch) console.warn(`SKIPPED: the PyTorch road is not tested, because ${python} has no torch.`)

const [width, height] = [48, 32]

/** Reads a picture from stdin, runs the model folder's network on it, and writes the result to stdout. */
const RUN = `
import sys, numpy as np, torch
sys.path.insert(0, sys.argv[1])
from network import Network
network = Network(sys.argv[2]).eval()
channels = int(sys.argv[3])
x = np.frombuffer(sys.stdin.buffer.read(), "<f4").reshape(1, ${height}, ${width}, channels)
with torch.inference_mode():
    y = network(torch.from_numpy(x.copy()).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
sys.stdout.buffer.write(y.contiguous().numpy().astype("<f4").tobytes())
`
const SAVE = `
import sys
sys.path.insert(0, sys.argv[1])
from network import Network
Network(sys.argv[2]).save_weights(sys.argv[2])
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
  const output = tryPython(RUN, [modelFolder, String(channels)], Buffer.from(values.buffer))
  const theirs = new Float32Array(new Uint8Array(output!).buffer)
  expect(theirs.length).toBe(ours.length)
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i])), 0)
}

/** Its standard output, or null where it fails. */
function tryPython(code: string, args: string[] = [], input?: Buffer): Buffer | null {
  try {
    const all = ['-c', code, import.meta.dirname, ...args]
    return execFileSync(python, all, { input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] })
  } catch {
    return null
  }
}

import { describe, expect, it } from 'vitest'
import type { DegradationSpec } from '../../src/contract/degradations.ts'
import type { Patch } from '../../src/engine/degradations/degradation.ts'
import { degrade } from '../../src/engine/degradations/index.ts'
import { deviation, mean, wavyPatch } from '../../src/engine/degradations/testing/patches.ts'
import { fillHoles } from '../../src/engine/imaging/fill-holes.ts'
import { random } from '../../src/engine/random.ts'
import { hasTorch, tryPython } from './testing/python.ts'

const SIDE = 96

/** Degrades the patch that comes through stdin, `count` times, by the JSON of a list; grey or not. */
const DEGRADE = `
import json, numpy as np, torch
from degradations import degrade
torch.manual_seed(1)
side, count, is_grey = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "grey"
x = torch.from_numpy(np.frombuffer(sys.stdin.buffer.read(), "<f4").reshape(1, side, side, 3).copy())
x = x.permute(0, 3, 1, 2).repeat(count, 1, 1, 1)
try:
    y = degrade(x, torch.full([count, 1, 1, 1], is_grey), json.loads(sys.argv[4]))
except ValueError as error:
    print(error)
    sys.exit()
sys.stdout.buffer.write(y.permute(0, 2, 3, 1).contiguous().numpy().astype("<f4").tobytes())
`

const FILL = `
import numpy as np, torch
from holes import fill_holes
side = int(sys.argv[1])
x = torch.from_numpy(np.frombuffer(sys.stdin.buffer.read(), "<f4").reshape(1, side, side, 4).copy()).permute(0, 3, 1, 2)
y = fill_holes(x[:, :3], x[:, 3:])
sys.stdout.buffer.write(y.permute(0, 2, 3, 1).contiguous().numpy().astype("<f4").tobytes())
`

/** Waves with some texture: [SIDE, SIDE, 3], 0..1, on whole bytes. */
function texturedPatch(grey = false): Patch {
  const patch = wavyPatch(3, SIDE)
  const noise = new Float32Array(patch.values.length)
  random(5).fillGaussian(noise)
  const values = patch.values.map((value, i) => {
    const at = grey ? i - (i % 3) : i
    return (
      Math.round(255 * Math.max(0, Math.min(1, (grey ? patch.values[at] : value) + 0.03 * noise[at]))) / 255
    )
  })
  return { ...patch, values }
}

/** What `count` passes through Python's degradations give, [count, SIDE, SIDE, 3]. */
function inPython(patch: Patch, specs: DegradationSpec[], { count = 1, grey = false } = {}): Float32Array[] {
  const args = [SIDE, count, grey ? 'grey' : 'colour', JSON.stringify(specs)].map(String)
  const output = new Float32Array(
    new Uint8Array(tryPython(DEGRADE, args, new Uint8Array(patch.values.buffer))!).buffer,
  )
  const length = patch.values.length
  return Array.from({ length: count }, (_, i) => output.slice(i * length, (i + 1) * length))
}

const apart = (a: Float32Array, b: Float32Array) => a.map((value, i) => Math.abs(value - b[i]))
const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, value), 0)

describe.skipIf(!hasTorch)('degradations on the GPU', () => {
  it.each([2, 3, 4] as const)('make a picture smaller and larger by %d as Limpid does', async (scale) => {
    const patch = texturedPatch()
    const specs: DegradationSpec[] = [{ kind: 'downscale', scale }]
    const [theirs] = inPython(patch, specs)
    const ours = (await degrade(patch, specs, random(1))).values
    const difference = apart(ours, theirs)
    // A value halfway between two bytes may be rounded either way.
    expect(mean(difference)).toBeLessThan(1e-5)
    expect(largest(difference)).toBeLessThan(1.5 / 255)
  })

  it.each([
    { quality: 10, share: 0 },
    { quality: 40, share: 0 },
    { quality: 90, share: 0 },
    { quality: 10, share: 1 },
    { quality: 75, share: 1 },
  ])('give what libjpeg gives at quality $quality, $share of it 4:2:0', async ({ quality, share }) => {
    const patch = texturedPatch()
    const specs: DegradationSpec[] = [
      { kind: 'jpeg', quality: [quality, quality], subsampledShare: share, shiftGrid: false },
    ]
    const [theirs] = inPython(patch, specs)
    const ours = (await degrade(patch, specs, random(1))).values
    const damage = mean(apart(ours, patch.values))
    // libjpeg's integer cosine transform takes one coefficient in hundreds to the next step: all that is apart.
    expect(mean(apart(ours, theirs))).toBeLessThan(0.15 * damage)
  })

  it('take the colours away as Limpid does', async () => {
    const patch = texturedPatch()
    const specs: DegradationSpec[] = [{ kind: 'greyscale' }]
    const [theirs] = inPython(patch, specs)
    expect(largest(apart((await degrade(patch, specs, random(1))).values, theirs))).toBeLessThan(1e-5)
    expect(largest(apart(patch.values, theirs))).toBeGreaterThan(0.05)
  })

  it('begin the grid of a JPEG anywhere', () => {
    const patch = texturedPatch()
    const spec = { kind: 'jpeg' as const, quality: [20, 20] as [number, number], subsampledShare: 0 }
    const still = inPython(patch, [{ ...spec, shiftGrid: false }], { count: 2 })
    expect(still[0]).toEqual(still[1])
    const moved = inPython(patch, [{ ...spec, shiftGrid: true }], { count: 8 })
    expect(new Set(moved.map((values) => values[100])).size).toBeGreaterThan(3)
    for (const values of moved) expect(mean(apart(values, patch.values))).toBeLessThan(0.06)
  })

  it('leave grey pictures grey, with noise of the strength that is asked for', () => {
    const patch = texturedPatch(true)
    const camera: DegradationSpec = {
      kind: 'camera-noise',
      shot: [0.003, 0.003],
      lumaSmoothing: [0, 1],
      chromaSmoothing: [1, 2],
      sharpening: [0, 1],
    }
    const jpeg: DegradationSpec = { kind: 'jpeg', quality: [30, 30], subsampledShare: 0.5, shiftGrid: true }
    for (const specs of [
      [{ kind: 'gaussian-noise', sigma: [25, 25] }],
      [camera],
      [jpeg],
    ] as DegradationSpec[][]) {
      const [values] = inPython(patch, specs, { grey: true })
      for (let i = 0; i < values.length; i += 3) {
        expect(Math.abs(values[i] - values[i + 1])).toBeLessThan(1e-5)
        expect(Math.abs(values[i] - values[i + 2])).toBeLessThan(1e-5)
      }
    }
    const [noisy] = inPython(patch, [{ kind: 'gaussian-noise', sigma: [25, 25] }])
    const noise = noisy.map((value, i) => value - patch.values[i])
    expect(255 * deviation(noise)).toBeCloseTo(25, 0)
    expect(noise.some((value, i) => i % 3 === 0 && Math.abs(value - noise[i + 1]) > 0.1)).toBe(true)
  })

  it.each([
    { name: 'raw', lumaSmoothing: [0, 0], chromaSmoothing: [0, 0], sharpening: [0, 0] },
    { name: 'smoothed', lumaSmoothing: [0.8, 0.8], chromaSmoothing: [2, 2], sharpening: [0, 0] },
    { name: 'sharpened', lumaSmoothing: [0, 0], chromaSmoothing: [1, 1], sharpening: [1, 1] },
  ] as const)(
    "make a camera's noise as strong and as coarse as Limpid does: $name",
    async ({ name: _, ...how }) => {
      const patch = texturedPatch()
      const specs = [{ kind: 'camera-noise', shot: [0.002, 0.002], ...how }] as unknown as DegradationSpec[]
      const count = 48
      const theirs = inPython(patch, specs, { count })
      const ours: Float32Array[] = []
      for (let seed = 0; seed < count; seed++) ours.push((await degrade(patch, specs, random(seed))).values)
      for (const channel of [0, 1, 2]) {
        const [a, b] = [ours, theirs].map((all) => noiseOf(all, patch, channel))
        expect(b.deviation / a.deviation).toBeGreaterThan(0.93)
        expect(b.deviation / a.deviation).toBeLessThan(1.07)
        expect(Math.abs(b.correlation - a.correlation)).toBeLessThan(0.04)
      }
    },
  )

  it('give each list of a mixture its share of the patches', () => {
    const patch = texturedPatch()
    const mixture: DegradationSpec = {
      kind: 'mixture',
      of: [
        { weight: 3, degradations: [{ kind: 'gaussian-noise', sigma: [5, 5] }] },
        { weight: 1, degradations: [] },
      ],
    }
    const results = inPython(patch, [mixture], { count: 8 })
    expect(results.filter((values) => largest(apart(values, patch.values)) === 0).length).toBe(2)
  })

  it('say which degradation they lack', () => {
    const args = [String(SIDE), '1', 'colour', JSON.stringify([{ kind: 'dust' }])]
    const said = tryPython(DEGRADE, args, new Uint8Array(texturedPatch().values.buffer))
    expect(String(said)).toContain('dust is not made on the GPU')
  })

  it('fill holes as Limpid does', () => {
    const patch = texturedPatch()
    const values = new Float32Array(SIDE * SIDE * 4)
    for (let i = 0; i < SIDE * SIDE; i++) {
      values.set(patch.values.subarray(3 * i, 3 * i + 3), 4 * i)
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)]
      values[4 * i + 3] = Math.abs(x - y) < 2 || (Math.abs(x - 60) < 8 && Math.abs(y - 20) < 5) ? 1 : 0
    }
    const theirs = new Float32Array(
      new Uint8Array(tryPython(FILL, [String(SIDE)], new Uint8Array(values.buffer))!).buffer,
    )
    const filled = values.slice()
    fillHoles(filled, (i) => values[4 * i + 3] === 1, { width: SIDE, height: SIDE, channels: 3, stride: 4 })
    let worst = 0
    for (let i = 0; i < SIDE * SIDE; i++) {
      for (let c = 0; c < 3; c++) worst = Math.max(worst, Math.abs(filled[4 * i + c] - theirs[3 * i + c]))
    }
    expect(worst).toBeLessThan(0.02) // both are near the membrane
    expect(worst).toBeGreaterThan(0)
  })
})

/** Of one channel over all passes: its standard deviation, and how it goes along with its right-hand neighbour. */
function noiseOf(all: Float32Array[], clean: Patch, channel: number) {
  let [sum, square, product, count] = [0, 0, 0, 0]
  for (const values of all) {
    for (let i = channel; i + 3 < values.length; i += 3) {
      if (((i - channel) / 3) % SIDE === SIDE - 1) continue
      const here = values[i] - clean.values[i]
      sum += here
      square += here * here
      product += here * (values[i + 3] - clean.values[i + 3])
      count++
    }
  }
  const variance = square / count - (sum / count) ** 2
  return { deviation: Math.sqrt(variance), correlation: (product / count - (sum / count) ** 2) / variance }
}

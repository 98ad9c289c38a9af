import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodePicture } from '../imaging/decode.ts'
import { lumaOf } from '../imaging/luma.ts'
import { fromFloat, toFloat } from '../imaging/raster.ts'
import { readEnlarged, resizeBicubic } from '../imaging/resample.ts'
import { psnr } from '../metrics/psnr.ts'
import { random } from '../random.ts'
import type { Patch } from './degradation.ts'
import { downscale } from './downscale.ts'
import { flatPatch, wavyPatch } from './testing/patches.ts'

const apply = (patch: Patch, scale: 2 | 3 | 4) =>
  downscale.apply(patch, { kind: 'downscale', scale }, random(1)) as Patch

describe('downscale', () => {
  it.each([2, 3, 4] as const)('by %i keeps size, place and what is smooth', (scale) => {
    const clean = wavyPatch(3, 50) // not a multiple of 3 or 4
    const worse = apply(clean, scale)
    expect(worse.values).toHaveLength(clean.values.length)
    expect(psnr(worse.values, clean.values)).toBeGreaterThan(30) // half a pixel off would be 28
    const stripes = flatPatch(0, 1)
    for (let i = 0; i < stripes.values.length; i++) stripes.values[i] = i & 1
    for (const value of apply(stripes, scale).values) expect(Math.abs(value - 0.5)).toBeLessThan(0.2)
  })

  it.each([2, 3, 4] as const)('by %i gives a patch the rim that a picture has', (scale) => {
    const clean = { ...wavyPatch(3, 48), values: noise(48 * 48 * 3) }
    const { width, height, channels } = clean
    const small = resizeBicubic(clean.values, width, height, channels, width / scale, height / scale)
    const file = fromFloat(small, width / scale, height / scale, channels, 8)
    const enlarged = readEnlarged(file, scale, { left: 0, top: 0, width, height })
    for (const [i, value] of apply(clean, scale).values.entries()) expect(value).toBeCloseTo(enlarged[i], 5)
  })
})

function noise(length: number): Float32Array {
  const draw = random(7)
  return Float32Array.from({ length }, () => draw.uniform())
}

/** Where the public test sets are: not part of the project. */
const SET5 = path.resolve(process.env.LIMPID_DATA ?? '../shared/data', 'sr/set5')

describe.skipIf(!existsSync(SET5))('downscale, on Set5', () => {
  it.each([
    [2, 33.66],
    [3, 30.39],
    [4, 28.42],
  ] as const)('by %i gives the published PSNR of bicubic enlargement', async (scale, published) => {
    const folder = path.join(SET5, `x${scale}`)
    const files = (await readdir(folder)).filter((name) => name.includes('_hr'))
    const values: number[] = []
    for (const file of files) {
      const { raster } = await decodePicture(path.join(folder, file))
      const { width, height, channels } = raster
      const clean: Patch = { width, height, channels, values: toFloat(raster) }
      const worse = apply(clean, scale)
      // On luma in the range that the papers' MATLAB code uses (16..235), the border of `scale` px cut.
      const luma = (patch: Patch) => {
        const rounded = patch.values.map((value) => Math.round(255 * Math.max(0, Math.min(1, value))) / 255)
        const y = channels === 3 ? studioLuma(rounded) : lumaOf(rounded, 1)
        return y.filter((_, i) => {
          const [column, row] = [i % width, Math.floor(i / width)]
          return column >= scale && column < width - scale && row >= scale && row < height - scale
        })
      }
      values.push(psnr(luma(worse), luma(clean)))
    }
    expect(values).toHaveLength(5)
    const mean = values.reduce((sum, value) => sum + value, 0) / 5
    expect(Math.abs(mean - published)).toBeLessThan(0.03)
  })
})

/** MATLAB's rgb2ycbcr: 0..1 RGB → the Y of ITU-R BT.601 in 16..235, rounded, over 255. */
function studioLuma(values: Float32Array): Float32Array {
  const luma = new Float32Array(values.length / 3)
  for (let i = 0; i < luma.length; i++) {
    const [r, g, b] = values.subarray(3 * i, 3 * i + 3)
    luma[i] = Math.round(16 + 65.481 * r + 128.553 * g + 24.966 * b) / 255
  }
  return luma
}

/** Patches that degradations are tried on, and what is measured of them. */
import { random } from '../../random.ts'
import type { Patch } from '../degradation.ts'

export const SIDE = 64

export function flatPatch(value: number, channels: 1 | 3 = 3, side = SIDE): Patch {
  return { width: side, height: side, channels, values: new Float32Array(side * side * channels).fill(value) }
}

/** Uneven colours, each channel its own: 0.1..0.9, smooth. */
export function wavyPatch(channels: 1 | 3 = 3, side = SIDE): Patch {
  const values = new Float32Array(side * side * channels)
  for (let i = 0; i < values.length; i++) {
    const pixel = Math.floor(i / channels)
    const [x, y] = [pixel % side, Math.floor(pixel / side)]
    values[i] = 0.5 + 0.4 * Math.sin(0.31 * x + 2 * (i % channels)) * Math.cos(0.23 * y)
  }
  return { width: side, height: side, channels, values }
}

/** A white page with black bars for writing: 0 and 1 alone. */
export function pagePatch(channels: 1 | 3 = 3, side = SIDE): Patch {
  const draw = random(8)
  const page = flatPatch(1, channels, side)
  for (let n = 0; n < 12; n++) {
    const [left, top] = [draw.below(side - 12), draw.below(side - 4)]
    for (let y = top; y < top + 3; y++) {
      const row = (y * side + left) * channels
      page.values.fill(0, row, row + 12 * channels)
    }
  }
  return page
}

export function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function deviation(values: Float32Array): number {
  const middle = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length)
}

/** Channel `c` of the patch, as a plane. */
export function channel({ values, channels }: Patch, c: number): Float32Array {
  return values.filter((_, i) => i % channels === c)
}

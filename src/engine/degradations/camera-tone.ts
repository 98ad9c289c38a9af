/** From light to picture values and back: a camera's gamma and tone curve, as tables. */

/** How finely 0..1 is sampled; sRGB's straight part near black spans a dozen of the samples. */
const STEPS = 4096

/** `forward`: linear light → picture value, `inverse`: back; both 0..1 → 0..1, read with `readAt`. */
export type ToneCurve = { forward: Float32Array; inverse: Float32Array }

/** sRGB's gamma, then a share 0..1 of the smoothstep that stands for a camera's contrast (Brooks et al. 2019). */
export function toneCurve(contrast: number): ToneCurve {
  const forward = new Float32Array(STEPS + 1)
  for (let i = 0; i <= STEPS; i++) {
    const value = GAMMA[i]
    const curved = value * value * (3 - 2 * value)
    forward[i] = value + contrast * CONTRAST * (curved - value)
  }
  return { forward, inverse: inverseOf(forward) }
}

/** A table's value at `at` (0..1, clipped), linear between its samples. */
export function readAt(table: Float32Array, at: number): number {
  const position = at * STEPS
  if (!(position > 0)) return table[0]
  if (position >= STEPS) return table[STEPS]
  const below = position | 0
  return table[below] + (position - below) * (table[below + 1] - table[below])
}

/** At its full strength the smoothstep is flat at black: its inverse there would be endlessly steep. */
const CONTRAST = 0.8

const GAMMA = Float32Array.from({ length: STEPS + 1 }, (_, i) => {
  const light = i / STEPS
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055
})

/** The inverse of a rising table from 0 to 1. */
function inverseOf(rising: Float32Array): Float32Array {
  const inverse = new Float32Array(STEPS + 1)
  let below = 0
  for (let i = 0; i < STEPS; i++) {
    const wanted = i / STEPS
    while (rising[below + 1] < wanted) below++
    inverse[i] = (below + (wanted - rising[below]) / (rising[below + 1] - rising[below])) / STEPS
  }
  inverse[STEPS] = 1
  return inverse
}

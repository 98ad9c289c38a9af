/** Codes in 8 bits a unit: each unit's range over all pictures in 255 equal steps. */

export type QuantisedCodes = {
  /** [count, units] */
  levels: Uint8Array
  /** Of each unit: its smallest value and the size of a step. Two float32 each. */
  ranges: { low: Float32Array; step: Float32Array }
}

/** Codes [count, units]. */
export function quantise(codes: Float32Array, units: number): QuantisedCodes {
  const low = new Float32Array(units).fill(Number.POSITIVE_INFINITY)
  const high = new Float32Array(units).fill(Number.NEGATIVE_INFINITY)
  for (let i = 0; i < codes.length; i++) {
    low[i % units] = Math.min(low[i % units], codes[i])
    high[i % units] = Math.max(high[i % units], codes[i])
  }
  const step = high.map((value, unit) => (value - low[unit]) / 255)
  const levels = new Uint8Array(codes.length)
  for (let i = 0; i < codes.length; i++) {
    const size = step[i % units]
    levels[i] = size > 0 ? Math.round((codes[i] - low[i % units]) / size) : 0
  }
  return { levels, ranges: { low, step } }
}

export function dequantise({ levels, ranges: { low, step } }: QuantisedCodes): Float32Array {
  const units = low.length
  return Float32Array.from(levels, (level, i) => low[i % units] + level * step[i % units])
}

/** Pictures a level. Frequencies counted in as many give at most some .07 bits a unit too little (Miller 1955). */
const ENOUGH = 10

/**
 * Bytes of one code to a coder that knows how frequent each level of each unit is: the sum of the units' entropies
 * (Shannon 1948). Few pictures have few levels, and would seem to need next to nothing: of them it is null.
 */
export function entropyBytes(levels: Uint8Array, units: number): number | null {
  const count = levels.length / units
  if (count < ENOUGH * 256) return null
  let bits = 0
  for (let unit = 0; unit < units; unit++) {
    const seen = new Uint32Array(256)
    for (let i = unit; i < levels.length; i += units) seen[levels[i]]++
    for (const times of seen) if (times > 0) bits -= (times / count) * Math.log2(times / count)
  }
  return bits / 8
}

/** Luma of ITU-R BT.601, full range: what a grey picture of a colour one is here. */

/** 0.299 R + 0.587 G + 0.114 B, the three values at `at`. */
export function lumaAt(values: ArrayLike<number>, at: number): number {
  return 0.299 * values[at] + 0.587 * values[at + 1] + 0.114 * values[at + 2]
}

/** [pixels, channels] → [pixels]. Grey values are given back as they are. */
export function lumaOf(values: Float32Array, channels: number): Float32Array {
  if (channels === 1) return values
  const luma = new Float32Array(values.length / channels)
  for (let i = 0; i < luma.length; i++) luma[i] = lumaAt(values, i * channels)
  return luma
}

/** [pixels] → [pixels, 3], three equal channels. */
export function greyAsRgb(luma: Float32Array): Float32Array {
  const values = new Float32Array(luma.length * 3)
  for (let i = 0; i < luma.length; i++) values.fill(luma[i], 3 * i, 3 * i + 3)
  return values
}

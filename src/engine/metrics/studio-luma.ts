/**
 * Y of ITU-R BT.601 in studio range, 16..235 of 255, as MATLAB's rgb2ycbcr gives it and the field measures enlarging and
 * JPEG repair on it. `values` is [pixels, channels], 0..1; grey is taken as it is. Gives [pixels].
 */
export function studioLuma(values: Float32Array, channels: number): Float32Array {
  if (channels === 1) return values
  const luma = new Float32Array(values.length / 3)
  for (let i = 0; i < luma.length; i++) {
    luma[i] = (16 + 65.481 * values[3 * i] + 128.553 * values[3 * i + 1] + 24.966 * values[3 * i + 2]) / 255
  }
  return luma
}

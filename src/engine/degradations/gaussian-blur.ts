import { reflect } from '../imaging/raster.ts'

/**
 * A plane [height, width] convolved with a Gaussian of standard deviation `sigma` px, mirrored at its edges. Below
 * 0.2 px it is the plane itself.
 */
export function gaussianBlur(
  plane: Float32Array,
  width: number,
  height: number,
  sigma: number,
): Float32Array {
  if (sigma < 0.2) return plane
  const radius = Math.ceil(3 * sigma)
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  )
  const sum = kernel.reduce((total, weight) => total + weight, 0)
  for (let i = 0; i < kernel.length; i++) kernel[i] /= sum
  const rows = new Float32Array(plane.length)
  const padded = new Float32Array(width + 2 * radius)
  for (let y = 0; y < height; y++) {
    for (let x = -radius; x < width + radius; x++) padded[x + radius] = plane[y * width + reflect(x, width)]
    for (let x = 0; x < width; x++) {
      let value = 0
      for (let k = 0; k < kernel.length; k++) value += kernel[k] * padded[x + k]
      rows[y * width + x] = value
    }
  }
  const out = new Float32Array(plane.length)
  for (let y = 0; y < height; y++) {
    for (let k = -radius; k <= radius; k++) {
      const from = reflect(y + k, height) * width
      const weight = kernel[k + radius]
      for (let x = 0; x < width; x++) out[y * width + x] += weight * rows[from + x]
    }
  }
  return out
}

import { resizeBicubic } from '../imaging/resample.ts'
import type { Random } from '../random.ts'

/**
 * A plane [height, width] that changes slowly: Gaussian values of mean 0 and standard deviation 1 at points about
 * `cell` px apart, joined smoothly. Light, ageing and ink vary like that.
 */
export function smoothField(width: number, height: number, cell: number, random: Random): Float32Array {
  const columns = Math.max(2, Math.round(width / cell) + 2)
  const rows = Math.max(2, Math.round(height / cell) + 2)
  const points = new Float32Array(columns * rows)
  random.fillGaussian(points)
  return resizeBicubic(points, columns, rows, 1, width, height)
}

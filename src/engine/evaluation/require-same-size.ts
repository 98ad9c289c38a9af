import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { Raster } from '../imaging/raster.ts'

/** The two of a pair must fit. `file` is the given one's. */
export function requireSameSize(given: Raster, truth: Raster, file: string): void {
  if (given.width === truth.width && given.height === truth.height) return
  const size = ({ width, height }: Raster) => `${width} × ${height} px`
  throw new LimpidError(
    'bad-request',
    `${path.basename(file)} has ${size(given)}, its clean picture ${size(truth)}.`,
    { file, hint: 'Both of a pair must be of one size.' },
  )
}

import { writeMontage } from '../zoo/montage.ts'
import { type PictureShape, sizeOf } from '../zoo/pictures.ts'

/** Long side of a thumbnail that is made larger, px. */
const THUMBNAIL = 84

/** Writes a page of thumbnails as a PNG. `values` is [count, height, width, channels], 0..1; small ones are enlarged. */
export async function writeSheet(
  file: string,
  values: Float32Array,
  shape: PictureShape,
  columns?: number,
): Promise<void> {
  const count = values.length / sizeOf(shape)
  const inARow = Math.min(columns ?? Math.ceil(Math.sqrt(count)), count)
  const zoom = Math.max(1, Math.floor(THUMBNAIL / Math.max(shape[0], shape[1])))
  await writeMontage(file, values, shape, inARow, zoom)
}

import { sharp } from '../imaging/libvips.ts'
import { type PictureShape, sizeOf } from './pictures.ts'

const GAP = 2 // px
const PAPER = 96 // grey, so that black and white pictures both stand out

/**
 * Writes pictures side by side as a PNG, in rows of `columns`. `values` is [count, height, width, channels], 0..1 (what
 * is outside is clipped); each pixel is drawn as `zoom`² px.
 */
export async function writeMontage(
  file: string,
  values: Float32Array,
  shape: PictureShape,
  columns: number,
  zoom = 1,
): Promise<void> {
  const [height, width, channels] = shape
  const count = values.length / sizeOf(shape)
  const rows = Math.ceil(count / columns)
  const [cellWidth, cellHeight] = [width * zoom + GAP, height * zoom + GAP]
  const [outWidth, outHeight] = [columns * cellWidth + GAP, rows * cellHeight + GAP]
  const pixels = new Uint8Array(outWidth * outHeight * 3).fill(PAPER)
  for (let i = 0; i < count; i++) {
    const left = GAP + (i % columns) * cellWidth
    const top = GAP + Math.floor(i / columns) * cellHeight
    for (let y = 0; y < height * zoom; y++) {
      for (let x = 0; x < width * zoom; x++) {
        const from = i * sizeOf(shape) + (Math.floor(y / zoom) * width + Math.floor(x / zoom)) * channels
        const to = 3 * ((top + y) * outWidth + left + x)
        for (let c = 0; c < 3; c++) {
          const value = values[from + (channels === 1 ? 0 : c)]
          pixels[to + c] = Math.round(255 * Math.min(1, Math.max(0, value)))
        }
      }
    }
  }
  await sharp(pixels, { raw: { width: outWidth, height: outHeight, channels: 3 } })
    .png()
    .toFile(file)
}

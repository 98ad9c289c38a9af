import { LimpidError } from '../../contract/errors.ts'
import { sharp } from '../imaging/libvips.ts'
import { createRaster, type Raster } from '../imaging/raster.ts'

/** Paper around the text, px. */
const MARGIN = 24
/** 15 point letters: about 30 px high, what a scanner of 150 dpi gives. */
const FONT = 'serif 15'
const DPI = 150
/** As a scanner sees them, 0..255: far enough from black and white that noise is hardly clipped. */
const PAPER = 215
const INK = 40

/** A line of text, dark on light, in the system's own font: RGB, 8 bit. Throws `bad-request` where nothing is drawn. */
export async function drawTextLine(text: string): Promise<Raster> {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  let drawn: { data: Buffer; info: { width: number; height: number; channels: number } }
  try {
    drawn = await sharp({ text: { text: escaped, font: FONT, dpi: DPI } })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true })
  } catch (cause) {
    const hint = 'Give it letters, and a system that has a font.'
    throw new LimpidError('bad-request', `The text "${text}" cannot be drawn.`, { cause, hint })
  }
  const { data, info } = drawn
  const raster = createRaster(info.width + 2 * MARGIN, info.height + 2 * MARGIN, 3, 8)
  raster.samples.fill(PAPER)
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const at = 3 * ((y + MARGIN) * raster.width + x + MARGIN)
      // libvips draws text as how much ink there is.
      const ink = data[(y * info.width + x) * info.channels] / 255
      raster.samples.fill(Math.round(PAPER + ink * (INK - PAPER)), at, at + 3)
    }
  }
  return raster
}

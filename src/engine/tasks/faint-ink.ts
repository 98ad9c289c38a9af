import { lumaAt } from '../imaging/luma.ts'
import type { Raster } from '../imaging/raster.ts'

/** The luma of bare paper and of the darkest ink, as shares of the page's pixels that are darker. */
const PAPER_SHARE = 0.8
const INK_SHARE = 0.01
/** How far ink stands out from paper, 0..1: as the network knows it, and where there is nothing but paper. */
const USUAL_CONTRAST = 0.75
const NO_INK = 0.12
const MOST_GAIN = 3
const LEVELS = 256

/** How much a page's contrast is to be raised, about `paper` (luma, 0..1); 1: not at all. */
export type Contrast = { gain: number; paper: number }

/**
 * Ink that is faint all over the page is brought to the contrast that pages have: a network takes it for stains else.
 * `luma` is that of the whole page, so that tiles agree; what is fully transparent by `alpha` is no part of the page.
 */
export function contrastOf(luma: Float32Array, alpha: Raster['alpha'] = null): Contrast {
  const histogram = new Uint32Array(LEVELS)
  let visible = 0
  for (let i = 0; i < luma.length; i++) {
    if (alpha?.[i] === 0) continue
    histogram[Math.round(luma[i] * (LEVELS - 1))]++
    visible++
  }
  const quantile = (share: number) => {
    let left = share * visible
    const level = histogram.findIndex((count) => {
      left -= count
      return left < 0
    })
    return level / (LEVELS - 1)
  }
  const paper = quantile(PAPER_SHARE)
  const contrast = paper === 0 ? 0 : 1 - quantile(INK_SHARE) / paper
  if (contrast < NO_INK) return { gain: 1, paper }
  return { gain: Math.min(MOST_GAIN, Math.max(1, USUAL_CONTRAST / contrast)), paper }
}

/** In place; `values` [pixels, channels]. Colours keep their distance to grey. */
export function raiseContrast(values: Float32Array, channels: number, { gain, paper }: Contrast): void {
  if (gain === 1) return
  for (let i = 0; i < values.length; i += channels) {
    const luma = channels === 1 ? values[i] : lumaAt(values, i)
    const change = (gain - 1) * (luma - paper)
    for (let c = 0; c < channels; c++) values[i + c] = Math.min(1, Math.max(0, values[i + c] + change))
  }
}

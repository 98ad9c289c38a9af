import { fillHoles } from '../imaging/fill-holes.ts'

/** What is darker than this on the black-and-white page is no bare paper. */
const PAPER = 0.9
/** What is darker than this is ink: on pages kept apart from training it parts the two best (F 91; 87 at one half). */
const INK = 0.65

/**
 * The page with its ink as dark and as thin as it is: where there is ink, the page's tone against that of the paper
 * around it; elsewhere white, and in between a part of the tone. `luma`: the page as it was; `page`: the same as black on
 * white; both [height · width], 0..1.
 */
export function withOwnInk(
  luma: Float32Array,
  page: Float32Array,
  width: number,
  height: number,
): Float32Array {
  const isPaper = (pixel: number) => page[pixel] >= PAPER
  const paper = luma.slice()
  fillHoles(paper, (pixel) => !isPaper(pixel), { width, height, channels: 1 })
  return page.map((white, pixel) => {
    if (isPaper(pixel)) return 1
    const tone = Math.min(1, luma[pixel] / Math.max(paper[pixel], DARKEST_PAPER))
    const ink = Math.min(1, Math.max(0, 1 - white) / (1 - INK))
    return 1 - ink * (1 - tone)
  })
}

const DARKEST_PAPER = 1 / 255

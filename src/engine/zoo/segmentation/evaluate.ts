/** How good a segmentation network is, on pictures whose masks or labels are known. */
import type { Figures } from '../../../contract/training.ts'
import { classNames } from './classes.ts'
import { type ClassFigures, Confusion } from './confusion.ts'
import { fieldOfView } from './field-of-view.ts'
import type { LabelledPicture } from './labelled-pictures.ts'
import type { Between, Segmenter } from './segment.ts'

export type Evaluated = {
  /** Means, or of the subject: 0..1. */
  figures: Figures
  /** Picks the best checkpoint: the subject's F1, or the mean IoU of the classes. */
  score: number
  classes: ClassFigures[]
}

/**
 * Pixels of all pictures are counted together. Pictures are measured at their own size, whatever the network sees.
 * `seen` is given what was found in each.
 */
export async function evaluateSegmentation(
  segmenter: Segmenter,
  pictures: readonly LabelledPicture[],
  seen: (index: number, labels: Uint8Array) => void = () => {},
  between: Between = () => {},
): Promise<Evaluated> {
  const { data } = segmenter.recipe
  const confusion = new Confusion(classNames(segmenter.recipe))
  for (const [i, picture] of pictures.entries()) {
    await between(i / pictures.length)
    const found = await segmenter.labels(picture)
    const bounded = data.kind === 'masks' && data.fieldOfView
    const inside = bounded ? fieldOfView(picture.samples, picture.width, picture.height) : null
    confusion.add(picture.labels, found, inside)
    seen(i, found)
  }
  const classes = confusion.each()
  const accuracy = confusion.accuracy()
  if (data.kind === 'masks') {
    // Nothing there and nothing found is no fault; else without a hit F1 is 0.
    const [f1, iou] = [classes[1].f1, classes[1].iou].map((figure) => (Number.isNaN(figure) ? 1 : figure))
    return { figures: { F1: f1, IoU: iou, accuracy }, score: f1, classes }
  }
  const meanIou = confusion.meanIou()
  return { figures: { 'mean IoU': meanIou, accuracy }, score: meanIou, classes }
}

/** How good a segmentation network is, on pictures whose masks or labels are known. */
import type { Figures } from '../../../contract/training.ts'
import { classNames } from './classes.ts'
import { type ClassFigures, Confusion } from './confusion.ts'
import { fieldOfView } from './field-of-view.ts'
import type { LabelledPicture } from './labelled-pictures.ts'
import type { Between, Segmenter } from './segment.ts'

export type Evaluated = {
  /**
   * Means, or of the subject: 0..1. Where no pixel is the subject and none was taken for it there is no F1 and no IoU:
   * they would be 0/0.
   */
  figures: Figures
  /** Picks the best checkpoint: the subject's F1 (the accuracy where there is none), or the mean IoU of the classes. */
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
    const { f1, iou } = classes[1]
    if (Number.isNaN(f1)) return { figures: { accuracy }, score: accuracy, classes }
    return { figures: { F1: f1, IoU: iou, accuracy }, score: f1, classes }
  }
  const meanIou = confusion.meanIou()
  return { figures: { 'mean IoU': meanIou, accuracy }, score: meanIou, classes }
}

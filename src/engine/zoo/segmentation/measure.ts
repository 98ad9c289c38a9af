/** How good a trained model is on the test pictures of its recipe, with a figure for every class. */
import path from 'node:path'
import { LimpidError } from '../../../contract/errors.ts'
import type { Figures } from '../../../contract/training.ts'
import { evaluateSegmentation } from './evaluate.ts'
import { loadLabelledPictures } from './labelled-pictures.ts'
import { withSegmenter } from './open-segmenter.ts'
import type { Between } from './segment.ts'

/** `data` is the folder that the recipe's folders are in. Throws `data-missing` where the recipe names no pictures to test on. */
export function measureSegmentation(
  folder: string,
  data: string,
  between: Between = () => {},
): Promise<{ figures: Figures; count: number; parameterCount: number }> {
  return withSegmenter(folder, async (segmenter, { parameterCount }) => {
    const { id, data: described } = segmenter.recipe
    const test = described.test ?? described.validation
    if (test === undefined) {
      throw new LimpidError('data-missing', `The recipe ${id} names no pictures to test on.`, {
        file: folder,
        hint: 'Name a folder with pairs that it was not trained on as its `test`.',
      })
    }
    const pictures = await loadLabelledPictures(path.resolve(data, test), described)
    const { figures, classes } = await evaluateSegmentation(segmenter, pictures, undefined, between)
    for (const { name, iou, f1 } of classes) {
      // Of a class that is nowhere there is nothing to say.
      if (!Number.isNaN(iou)) Object.assign(figures, { [`IoU of ${name}`]: iou, [`F1 of ${name}`]: f1 })
    }
    return { figures, count: pictures.length, parameterCount }
  })
}

/** Pictures brought to the size that a network sees, as a recipe's `fit` says. */
import { LimpidError } from '../../../contract/errors.ts'
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'
import { sharp } from '../../imaging/libvips.ts'
import type { LabelledPicture } from './labelled-pictures.ts'

/** `resize`: at the recipe's size. Else as they are. Throws `recipe-invalid` for another size where there may be none. */
export async function fitPictures(
  pictures: readonly LabelledPicture[],
  { fit, width, height }: SegmentationRecipe['data'],
): Promise<LabelledPicture[]> {
  const fitted: LabelledPicture[] = []
  for (const picture of pictures) {
    if (fit === 'crop' || (picture.width === width && picture.height === height)) {
      fitted.push(picture)
    } else if (fit === 'resize') {
      const samples = await resizeSamples(picture, width, height)
      fitted.push({ ...picture, width, height, samples, labels: resizeLabels(picture, width, height) })
    } else {
      const size = `${picture.width} × ${picture.height} px`
      throw new LimpidError('recipe-invalid', `${picture.name} is ${size}, not ${width} × ${height} px.`, {
        hint: 'Choose whether pictures of other sizes are to be cropped or resized.',
      })
    }
  }
  return fitted
}

/** [height, width, 3], 8-bit, at another size; smoothed where it becomes smaller. */
export async function resizeSamples(
  picture: Pick<LabelledPicture, 'width' | 'height' | 'samples'>,
  width: number,
  height: number,
): Promise<Uint8Array> {
  const raw = { width: picture.width, height: picture.height, channels: 3 as const }
  const { buffer, byteOffset, length } = await sharp(picture.samples, { raw, limitInputPixels: false })
    .resize({ width, height, fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer()
  return new Uint8Array(buffer, byteOffset, length)
}

/** The label of the nearest pixel: there is nothing between two classes. */
function resizeLabels(picture: LabelledPicture, width: number, height: number): Uint8Array {
  const labels = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * picture.height) / height) * picture.width
    for (let x = 0; x < width; x++)
      labels[y * width + x] = picture.labels[row + Math.floor(((x + 0.5) * picture.width) / width)]
  }
  return labels
}

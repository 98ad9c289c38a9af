/** Pictures with their masks or label pictures, from a folder with `image` beside `mask` or `label`. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { LimpidError } from '../../../contract/errors.ts'
import { formatOfName } from '../../../contract/picture-files.ts'
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'
import { decodePicture } from '../../imaging/decode.ts'
import type { OnRead } from '../../imaging/on-read.ts'
import type { Samples } from '../../imaging/raster.ts'
import { asEightBitRgb } from '../../imaging/sample-layout.ts'
import { byStem } from '../../training/by-stem.ts'
import { nothingMarked, readLabels, readMask } from './marks.ts'

/** `samples` is [height, width, 3], 8-bit; `labels` [height, width]: classes from 0 on, or `VOID`. Of a mask 0 and 1. */
export type LabelledPicture = {
  name: string
  width: number
  height: number
  samples: Uint8Array
  labels: Uint8Array
}

/** What counts for nothing. */
export const VOID = 255

type Data = SegmentationRecipe['data']

/**
 * All pairs of a folder, by name. Throws `data-missing` where one of a pair is not there or there twice, or no mask marks
 * anything, `folder-empty`, and `recipe-invalid` where a label is none of the classes or a mask has not the size of its
 * picture.
 */
export async function loadLabelledPictures(
  folder: string,
  data: Data,
  onRead: OnRead = () => {},
): Promise<LabelledPicture[]> {
  const images = await filesIn(path.join(folder, 'image'))
  const kind = data.kind === 'masks' ? 'mask' : 'label'
  const labels = await filesIn(path.join(folder, kind))
  requirePairs(images, labels, kind)
  requirePairs(labels, images, 'picture')
  const pictures: LabelledPicture[] = []
  for (const [stem, file] of images) {
    pictures.push(await readPair(stem, file, labels.get(stem)!, data))
    await onRead(pictures.length, images.size)
  }
  if (data.kind === 'masks' && !pictures.some(({ labels }) => labels.includes(1))) {
    const { message, hint } = nothingMarked(folder)
    throw new LimpidError('data-missing', message, { file: folder, hint })
  }
  return pictures
}

/** The picture files of a folder by their names without extension. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch((cause) => {
    throw new LimpidError('data-missing', `The folder ${folder} cannot be read.`, {
      file: folder,
      hint: 'A folder of pairs holds `image` beside `mask` or `label`; name the folder that holds it with --data.',
      cause,
    })
  })
  const pictures = names.filter((name) => formatOfName(name) !== null && !name.startsWith('.')).sort()
  if (pictures.length === 0) {
    throw new LimpidError('folder-empty', `The folder ${folder} holds no picture.`, {
      file: folder,
      hint: 'Put pictures and their masks or labels there, under the same names.',
    })
  }
  return byStem(pictures.map((name) => path.join(folder, name)))
}

function requirePairs(files: Map<string, string>, partners: Map<string, string>, what: string): void {
  const lonely = [...files].filter(([stem]) => !partners.has(stem))
  if (lonely.length === 0) return
  const [[, file]] = lonely
  const more = lonely.length > 1 ? ` Nor do ${lonely.length - 1} more.` : ''
  throw new LimpidError('data-missing', `${path.basename(file)} has no ${what} of its name.${more}`, {
    file,
    hint: `Add the missing ${what}, or take the file away.`,
  })
}

async function readPair(name: string, file: string, labelFile: string, data: Data): Promise<LabelledPicture> {
  const { raster: picture } = await decodePicture(file)
  const marked = data.kind === 'masks' ? await readMask(labelFile) : await readLabels(labelFile)
  const { width, height } = picture
  if (marked.width !== width || marked.height !== height) {
    const size = `${marked.width} × ${marked.height} px`
    throw new LimpidError(
      'recipe-invalid',
      `${labelFile} is ${size}, but its picture ${width} × ${height} px.`,
      { file: labelFile, hint: 'A mask or label picture has a pixel for each of its picture.' },
    )
  }
  return {
    name,
    width,
    height,
    samples: asEightBitRgb(picture),
    labels: labelsOf(marked.values, data, labelFile),
  }
}

function labelsOf(values: Samples, data: Data, file: string): Uint8Array {
  if (data.kind === 'masks') return values as Uint8Array
  const labels = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === data.void) labels[i] = VOID
    else if (value < data.classes.length) labels[i] = value
    else throw outOfRange(value, data.classes.length, file)
  }
  return labels
}

function outOfRange(value: number, classes: number, file: string): LimpidError {
  const message = `${file} has the label ${value}; there are the classes 0 to ${classes - 1}.`
  return new LimpidError('recipe-invalid', message, {
    file,
    hint: 'A label picture holds the number of the class in every pixel, no colours; name more classes, or a void value.',
  })
}

/**
 * Pictures with their masks or label pictures. The latter are decoded, as what stands in them is what counts: all label
 * pictures, and masks until one marks something.
 */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { toErrorData } from '../../contract/errors.ts'
import type { DataFindings, DataProblem } from '../../contract/lab-jobs.ts'
import { formatOfName } from '../../contract/picture-files.ts'
import { describePicture } from '../imaging/decode.ts'
import { byStem } from '../training/by-stem.ts'
import { nothingMarked, readLabels, readMask } from '../zoo/segmentation/marks.ts'
import { headersOf, veryFew } from './picture-files.ts'
import type { Report } from './report.ts'

/** More different values than that in label pictures: they are no labels. */
const MOST_CLASSES = 64
const PROBLEMS_TOLD = 10

export async function inspectPairs(
  folder: string,
  partner: 'mask' | 'label',
  report: Report,
): Promise<DataFindings> {
  const problems: DataProblem[] = []
  const images = await filesIn(path.join(folder, 'image'), problems)
  const partners = await filesIn(path.join(folder, partner), problems)
  const pairs = [...images].filter(([stem]) => partners.has(stem))
  for (const [stem, file] of images) if (!partners.has(stem)) problems.push(lonely(file, partner))
  for (const [stem, file] of partners) if (!images.has(stem)) problems.push(lonely(file, 'picture'))
  problems.splice(PROBLEMS_TOLD)
  if (pairs.length < 2) {
    problems.push({
      severity: 'error',
      message: `There ${pairs.length === 1 ? 'is a single pair' : 'is no pair'} of a picture and its ${partner} in ${folder}.`,
      hint: `Put pictures into image and their ${partner}s, under the same names, into ${partner}: a dozen at least.`,
    })
  }
  const files = pairs.map(([, file]) => file)
  const { sizes, channels } = await headersOf(files, problems, (done, label) => report(done / 2, label))
  const values = new Set<number>()
  for (const [i, [stem, file]] of pairs.entries()) {
    await report(0.5 + i / pairs.length / 2, `Looking at ${partner} ${i + 1} of ${pairs.length}`)
    const problem = await inspectPair(file, partners.get(stem)!, partner, values)
    if (problem && problems.length < PROBLEMS_TOLD) problems.push(problem)
  }
  if (partner === 'mask' && values.size > 0 && !values.has(1)) {
    problems.push({ severity: 'error', ...nothingMarked(path.join(folder, partner)) })
  }
  const labels = [...values].sort((a, b) => a - b)
  if (labels.length > MOST_CLASSES) {
    problems.push({
      severity: 'error',
      message: `The label pictures hold ${labels.length} different values: they are no labels.`,
      hint: 'A label picture holds the number of the class in every pixel; save it as PNG, JPEG blurs the numbers.',
    })
  }
  if (pairs.length > 1) problems.push(...veryFew(pairs.length, 'pairs'))
  const kind = partner === 'mask' ? 'masks' : 'labels'
  const told = partner === 'label' ? labels : null
  return { kind, folder, count: pairs.length, sizes, channels, labels: told, problems }
}

/** Adds the values of a label picture to `values`, of a mask as long as 1 is not among them. */
async function inspectPair(
  image: string,
  file: string,
  partner: 'mask' | 'label',
  values: Set<number>,
): Promise<DataProblem | null> {
  try {
    const [picture, marked] = [await describePicture(image), await describePicture(file)]
    if (picture.width !== marked.width || picture.height !== marked.height) {
      return {
        severity: 'error',
        message: `${file} is ${marked.width} × ${marked.height} px, its picture ${picture.width} × ${picture.height} px.`,
        hint: `A ${partner} picture has a pixel for each of its picture.`,
        file,
      }
    }
    if (partner === 'mask') {
      if (!values.has(1)) for (const value of (await readMask(file)).values) values.add(value)
      return null
    }
    const labels = await readLabels(file)
    for (const value of labels.values) values.add(value)
    if (!labels.isGrey) {
      return {
        severity: 'error',
        message: `${file} is in colour.`,
        hint: 'A label picture is grey: the number of the class in every pixel.',
        file,
      }
    }
    return null
  } catch (thrown) {
    const { message } = toErrorData(thrown)
    return { severity: 'error', message, hint: 'Take it out of the folder, or put a whole one there.', file }
  }
}

/** The picture files of a folder by their names without extension; two of one name are told as a problem. */
async function filesIn(folder: string, problems: DataProblem[]): Promise<Map<string, string>> {
  const names = await readdir(folder)
  const pictures = names.filter((name) => formatOfName(name) !== null && !name.startsWith('.')).sort()
  const files = pictures.map((name) => path.join(folder, name))
  return byStem(files, ({ message, hint = '', file }) =>
    problems.push({ severity: 'error', message, hint, file }),
  )
}

function lonely(file: string, what: string): DataProblem {
  return {
    severity: 'error',
    message: `${path.basename(file)} has no ${what} of its name.`,
    hint: `Add the missing ${what}, or take the file away.`,
    file,
  }
}

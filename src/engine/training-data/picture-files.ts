/** A folder of pictures, by their headers alone. */
import { toErrorData } from '../../contract/errors.ts'
import type { DataFindings, DataProblem } from '../../contract/lab-jobs.ts'
import { describePicture } from '../imaging/decode.ts'
import { findPictures } from '../imaging/find-pictures.ts'
import type { Report } from './report.ts'

/** Sizes told; the rest is a long tail. */
const SIZES_TOLD = 8
/** Fewer pictures are very few. */
const ENOUGH = 20
/** Broken files told by name. */
const PROBLEMS_TOLD = 10

export async function inspectPictures(folder: string, report: Report): Promise<DataFindings> {
  const { pictures, errors } = await findPictures([folder])
  const problems: DataProblem[] = []
  if (errors.length > 0) {
    const [{ message, hint, file }] = errors
    problems.push({ severity: 'error', message, hint: hint ?? '', file })
  }
  const { sizes, channels, readable } = await headersOf(pictures, problems, report)
  if (readable === 1) {
    problems.push({
      severity: 'error',
      message: `There is a single picture in ${folder}: with some it learns, and on others it is tested.`,
      hint: 'Put more pictures there: some dozens at least, better thousands.',
      file: pictures[0],
    })
  }
  if (readable > 1) problems.push(...veryFew(readable, 'pictures'))
  return { kind: 'pictures', folder, count: readable, sizes, channels, labels: null, problems }
}

/** A warning, where they are. */
export function veryFew(count: number, what: 'pictures' | 'pairs'): DataProblem[] {
  if (count >= ENOUGH) return []
  const hint = 'It will learn them by heart. Some hundreds make a network that works on others too.'
  return [{ severity: 'warning', message: `${count} ${what} are very few.`, hint }]
}

/** Sizes and channels of the files; what can't be read is added to `problems`. */
export async function headersOf(files: readonly string[], problems: DataProblem[], report: Report) {
  const sizes = new Map<string, { width: number; height: number; count: number }>()
  let channels: 1 | 3 = 1
  let readable = 0
  for (const [i, file] of files.entries()) {
    await report(i / files.length, `Looking at ${i + 1} of ${files.length}`)
    try {
      const { width, height, channels: own } = await describePicture(file)
      const key = `${width}x${height}`
      const size = sizes.get(key) ?? { width, height, count: 0 }
      size.count++
      sizes.set(key, size)
      if (own === 3) channels = 3
      readable++
    } catch (thrown) {
      const { message } = toErrorData(thrown)
      const hint = 'Take it out of the folder, or put a whole one there.'
      if (problems.length < PROBLEMS_TOLD) problems.push({ severity: 'error', message, hint, file })
    }
  }
  const byCount = [...sizes.values()].sort((a, b) => b.count - a.count)
  return { sizes: byCount.slice(0, SIZES_TOLD), channels, readable }
}

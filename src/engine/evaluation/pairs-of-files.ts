import { stat } from 'node:fs/promises'
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { TestCase } from './evaluator.ts'
import { allPictures, noPictures } from './test-pictures.ts'

/** Names of what is given, each with the names of what it should be: ends of file names, and names of folders. */
const GIVEN = ['real', 'lr', 'noisy', 'image', 'images', 'page', 'input', 'degraded', 'dirty']
const TRUTH = ['mean', 'hr', 'clean', 'gt', 'target', 'truth']

/**
 * Pairs in a folder and below: `a_real` beside `a_mean`, `a_lr` beside `a_hr`, or `image/a` beside `clean/a`. Files are
 * [given, truth]. Fails with `data-missing`.
 */
export async function pairsOfFiles(folder: string): Promise<TestCase[]> {
  const pairs = pairsAmong(await allPictures(folder))
  if (pairs.length > 0) return pairs
  throw noPictures(
    folder,
    'It takes pairs: a_real and a_mean, a_lr and a_hr, or folders "image" and "clean" with the same names in them.',
  )
}

/** None is possible; but where there are some, a picture that is given without its truth fails with `data-missing`. */
export function pairsAmong(pictures: readonly string[]): TestCase[] {
  const truths = new Map<string, string>()
  for (const file of pictures) for (const key of keysOf(file, TRUTH)) truths.set(key, file)
  const pairs: TestCase[] = []
  const alone: string[] = []
  for (const file of pictures) {
    const keys = keysOf(file, GIVEN)
    const truth = keys.map((key) => truths.get(key)).find((one) => one !== undefined)
    if (truth) pairs.push({ name: path.basename(file), files: [file, truth] })
    else if (keys.length > 0 && !isTruth(file)) alone.push(file)
  }
  if (pairs.length > 0 && alone.length > 0) throw withoutTruth(alone)
  return pairs
}

/** Whether its name or its folder's says that this is how a picture should be. */
export function isTruth(file: string): boolean {
  return keysOf(file, TRUTH).length > 0
}

/** The folder `x2` of a test set that has one for each scale; else the folder itself. */
export async function folderOfScale(data: string, scale: number): Promise<string> {
  const own = path.join(data, `x${scale}`)
  const isThere = await stat(own).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  return isThere ? own : data
}

/**
 * What a file and its partner have in common: by the end of its name, and by its folder, where these say that it is one
 * of `kinds`. `image/letter_page` may be the page of `image/letter_clean` and that of `clean/letter_page`.
 */
function keysOf(file: string, kinds: readonly string[]): string[] {
  const { dir, name } = path.parse(file)
  const keys: string[] = []
  const end = /^(.*)[_-]([a-z]+)$/i.exec(name)
  if (end && kinds.includes(end[2].toLowerCase())) keys.push(path.join(dir, end[1]))
  if (kinds.includes(path.basename(dir).toLowerCase())) keys.push(path.join(dir, '..', name))
  return keys
}

function withoutTruth(files: readonly string[]): LimpidError {
  const [file] = files
  const others = files.length === 1 ? '' : `, nor have ${files.length - 1} others`
  const message = `${path.basename(file)} has no picture of how it should be${others}.`
  const hint = 'Add what is missing, or take the file out: a figure of a part is one of another set.'
  return new LimpidError('data-missing', message, { file, hint })
}

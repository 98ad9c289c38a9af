import { stat } from 'node:fs/promises'
import path from 'node:path'
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
  const pictures = await allPictures(folder)
  const truths = new Map<string, string>()
  for (const file of pictures) {
    const found = partOf(file, TRUTH)
    if (found) truths.set(found.key, file)
  }
  const pairs = pictures.flatMap((file) => {
    const found = partOf(file, GIVEN)
    const truth = found && truths.get(found.key)
    return truth ? [{ name: path.basename(file), files: [file, truth] }] : []
  })
  if (pairs.length > 0) return pairs
  throw noPictures(
    folder,
    'It takes pairs: a_real and a_mean, a_lr and a_hr, or folders "image" and "clean" with the same names in them.',
  )
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

/** What a file and its partner have in common, if its name or its folder's says that it is one of `kinds`. */
function partOf(file: string, kinds: readonly string[]): { key: string } | null {
  const { dir, name } = path.parse(file)
  const end = /^(.*)[_-]([a-z]+)$/i.exec(name)
  if (end && kinds.includes(end[2].toLowerCase())) return { key: path.join(dir, end[1]) }
  if (kinds.includes(path.basename(dir).toLowerCase())) return { key: path.join(dir, '..', name) }
  return null
}

/** From what was named on the command line to the pictures that it means. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { readError } from '../app/file-errors.ts'
import { findPictures } from '../app/find-pictures.ts'
import { isBelow } from '../app/is-below.ts'
import type { LimpidError } from '../contract/errors.ts'
import { emptyName } from './empty-name.ts'
import { realPlace } from './real-place.ts'
import { type Destination, type InputFile, withoutResults } from './targets.ts'

export type Inputs = {
  inputs: InputFile[]
  errors: LimpidError[]
  /** How many results of earlier calls were left out. */
  earlierResults: number
}

/**
 * Files as they are named; folders searched deeply for pictures, but not the folder that results go to: what lies there
 * is taken for results of an earlier call, and so is, named or found, what stands as one beside its original. Each file
 * once.
 */
export async function findInputs(
  named: readonly string[],
  destination: Destination,
  cwd: string,
): Promise<Inputs> {
  const inputs = new Map<string, InputFile>()
  const met = new Set<string>()
  const errors: LimpidError[] = []
  for (const name of named) {
    if (name === '') {
      errors.push(emptyName())
      continue
    }
    const full = path.resolve(cwd, name)
    try {
      if (!(await stat(full)).isDirectory()) {
        met.add(full)
        inputs.set(full, { path: full, below: '' })
        continue
      }
    } catch (thrown) {
      errors.push(readError(thrown, full))
      continue
    }
    const found = await findPictures(full)
    const isInResults = resultsFolder(destination, full)
    errors.push(...found.errors)
    for (const picture of found.paths) {
      met.add(picture)
      if (inputs.has(picture) || isInResults(picture)) continue
      inputs.set(picture, { path: picture, below: path.relative(full, path.dirname(picture)) })
    }
  }
  const originals = withoutResults([...inputs.keys()]).map((file) => inputs.get(file)!)
  return { inputs: originals, errors, earlierResults: met.size - originals.length }
}

/** Tells, links followed, what lies in the folder of the results; nothing does where one searches that or one in it. */
function resultsFolder(destination: Destination, searched: string): (file: string) => boolean {
  if (destination.kind !== 'folder') return () => false
  const results = realPlace(destination.path)
  const isInside = (folder: string) => folder === results || isBelow(folder, results)
  if (isInside(realPlace(searched))) return () => false
  return (file) => isInside(realPlace(path.dirname(file)))
}

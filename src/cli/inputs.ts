/** From what was named on the command line to the pictures that it means. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { readError } from '../app/file-errors.ts'
import { findPictures } from '../app/find-pictures.ts'
import { isBelow } from '../app/is-below.ts'
import type { LimpidError } from '../contract/errors.ts'
import { emptyName } from './empty-name.ts'
import { type Destination, type InputFile, withoutResults } from './targets.ts'

export type Inputs = {
  inputs: InputFile[]
  errors: LimpidError[]
  /** How many results of earlier calls were left out. */
  earlierResults: number
}

/**
 * Files as they are named; folders searched deeply for pictures, but not the folder that results go to: what lies there
 * is taken for results of an earlier call. Each file once.
 */
export async function findInputs(
  named: readonly string[],
  destination: Destination,
  cwd: string,
): Promise<Inputs> {
  const inputs = new Map<string, InputFile>()
  const errors: LimpidError[] = []
  let earlierResults = 0
  for (const name of named) {
    if (name === '') {
      errors.push(emptyName())
      continue
    }
    const full = path.resolve(cwd, name)
    try {
      if (!(await stat(full)).isDirectory()) {
        inputs.set(full, { path: full, below: '' })
        continue
      }
    } catch (thrown) {
      errors.push(readError(thrown, full))
      continue
    }
    const found = await findPictures(full)
    const originals = withoutResults(found.paths).filter((file) => !isInside(file, full, destination))
    errors.push(...found.errors)
    earlierResults += found.paths.length - originals.length
    for (const picture of originals) {
      if (inputs.has(picture)) continue
      inputs.set(picture, { path: picture, below: path.relative(full, path.dirname(picture)) })
    }
  }
  return { inputs: [...inputs.values()], errors, earlierResults }
}

/** In the folder of the results, where that is a folder in the searched one. */
function isInside(file: string, searched: string, destination: Destination): boolean {
  if (destination.kind !== 'folder' || !isBelow(destination.path, searched)) return false
  return isBelow(file, destination.path)
}

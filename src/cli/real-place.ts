import { realpathSync } from 'node:fs'
import path from 'node:path'

/** Where a path leads when links are followed; of one that is not there yet, where its folder leads. */
export function realPlace(file: string): string {
  try {
    return realpathSync.native(file)
  } catch {
    const folder = path.dirname(file)
    return folder === file ? file : path.join(realPlace(folder), path.basename(file))
  }
}

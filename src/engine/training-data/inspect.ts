/** Looks through a folder that somebody wants to train on, and tells at once what would go wrong later. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { DataFindings } from '../../contract/lab-jobs.ts'
import { readFailure } from '../imaging/open-picture.ts'
import { inspectMnist, isMnist } from './mnist-files.ts'
import { inspectPairs } from './pairs.ts'
import { inspectPictures } from './picture-files.ts'
import type { Report } from './report.ts'

/**
 * What it is: MNIST's files; `image` beside `mask` or `label`, here or in `train`; else pictures. Throws what
 * `readdir` would, as a LimpidError.
 */
export async function inspectFolder(folder: string, report: Report): Promise<DataFindings> {
  for (const candidate of [folder, path.join(folder, 'train')]) {
    const names = await readdir(candidate).catch((error): string[] => {
      if (candidate !== folder) return []
      throw readFailure(folder, error)
    })
    if (isMnist(names)) return inspectMnist(candidate, names)
    const partner = (['mask', 'label'] as const).find((name) => names.includes(name))
    if (names.includes('image') && partner) return inspectPairs(candidate, partner, report)
  }
  return inspectPictures(folder, report)
}

/**
 * Masks that were painted over pictures: files of ours among those that came as bytes, named after their picture. The window
 * may hold the newest one of each in its steps; an older one is needed only by a job that waits, runs or can be resumed.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isPaintedMask, paintedMaskName } from '../contract/step.ts'
import { restoreRequestSchema } from './job-restore.ts'
import type { JobRecord } from './job-store.ts'
import type { PictureCache } from './picture-cache.ts'

/** Takes away those that nobody needs: of pictures that are gone, and older ones that no job of `jobs` fills in by. */
export async function tidyMasks(
  cache: PictureCache,
  pictures: readonly { id: string }[],
  jobs: readonly JobRecord[],
): Promise<void> {
  const owners = new Map(pictures.map(({ id }) => [paintedMaskName(id), id]))
  const needed = new Set(jobs.flatMap(({ request }) => maskPaths(request)))
  const newest = new Map<string, Mask>()
  const masks = (await Promise.all([cache.uploads, cache.kept].map(masksIn))).flat()
  for (const mask of masks) {
    const other = newest.get(mask.name)
    if (owners.has(mask.name) && (!other || other.modifiedMs < mask.modifiedMs)) newest.set(mask.name, mask)
  }
  for (const mask of masks) {
    if (newest.get(mask.name) === mask) continue
    if (owners.has(mask.name) && needed.has(mask.path)) continue
    // One that can't be taken away now is at the next start.
    await rm(mask.folder, { recursive: true, force: true }).catch(() => {})
  }
}

type Mask = { name: string; folder: string; path: string; modifiedMs: number }

/** @param room folder of folders with a file each */
async function masksIn(room: string): Promise<Mask[]> {
  const masks: Mask[] = []
  for (const entry of await readdir(room).catch(() => [])) {
    const folder = join(room, entry)
    const name = (await readdir(folder).catch(() => [])).find(isPaintedMask)
    if (name === undefined) continue
    const path = join(folder, name)
    const file = await stat(path).catch(() => null)
    if (file) masks.push({ name, folder, path, modifiedMs: file.mtimeMs })
  }
  return masks
}

function maskPaths(request: unknown): string[] {
  const { data } = restoreRequestSchema.safeParse(request)
  return (data?.steps ?? []).flatMap((step) =>
    step.task === 'inpaint' && step.mask.kind === 'file' ? [step.mask.path] : [],
  )
}

import { basename } from 'node:path'
import { z } from 'zod'
import { LimpidError } from '../contract/errors.ts'
import { stepSchema } from '../contract/step.ts'
import { keepCacheWithin } from './cache-limit.ts'
import type { JobRunner } from './job-runner.ts'
import { resolveSteps } from './step-models.ts'

export const restoreRequestSchema = z.object({ steps: z.array(stepSchema).min(1) })

/** Runs the steps on a picture. A single one at full strength: blending happens when it is shown and when it is saved. */
export const runRestore: JobRunner = async ({ job, request, signal, onProgress }, context) => {
  const { library, cache, engines } = context
  await library.refresh(job.pictureId)
  const { picture, fileModifiedMs, fileBytes } = library.record(job.pictureId)
  const { path } = picture
  const asked = restoreRequestSchema.parse(request).steps
  const single = asked.length === 1
  const { steps, resolved } = await resolveSteps(
    context.models,
    single ? asked.map((step) => ({ ...step, strength: 1 })) : asked,
  )
  const run = job.id
  try {
    const folder = await cache.makeFolder(job.pictureId, run)
    const output = await engines.restoration.run(
      'restore',
      { path, steps: resolved, folder },
      { signal, onProgress },
    )
    await library.refresh(job.pictureId)
    // Not whether that found a change: the file may have been opened again meanwhile, which found it first.
    const now = library.record(job.pictureId)
    if (now.fileModifiedMs !== fileModifiedMs || now.fileBytes !== fileBytes) throw changedMeanwhile(path)
    await library.keepResult(job.pictureId, run, steps, output)
  } catch (thrown) {
    await cache.removeRun(job.pictureId, run)
    throw thrown
  }
  const room = { limitBytes: context.cacheLimitBytes, freeBytes: await cache.freeBytes() }
  if (keepCacheWithin(room, library, context.busyPictures()) > 0) context.report(tooLittleRoom(cache.root))
  return { saved: null }
}

function tooLittleRoom(file: string): LimpidError {
  const message = 'Results that were not saved were dropped: they took more than is free on their drive.'
  const hint = 'Make room on it, or save results sooner; the pictures can be restored again.'
  return new LimpidError('disk-full', message, { hint, file })
}

function changedMeanwhile(path: string): LimpidError {
  return new LimpidError(
    'bad-request',
    `${basename(path)} was changed by another program while it was restored.`,
    {
      hint: 'Restore it again.',
      file: path,
    },
  )
}

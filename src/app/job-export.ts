import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import type { ParsedInput } from '../contract/api.ts'
import { LimpidError } from '../contract/errors.ts'
import { outputFormatSchema, type Picture } from '../contract/picture.ts'
import { outputFormatOfName } from '../contract/picture-files.ts'
import { extensionFor, ownFormat } from './formats.ts'
import type { JobRunner } from './job-runner.ts'
import { shortStem } from './short-stem.ts'

export const exportRequestSchema = z.object({
  strength: z.number(),
  /** null: below the cache's downloads, for a browser to fetch. */
  path: z.string().nullable(),
  format: outputFormatSchema,
  quality: z.int().optional(),
  overwrite: z.boolean(),
})
export type ExportRequest = z.infer<typeof exportRequestSchema>

/** What was asked for → what is kept in the job's row. Fails at once where it can be known that it would later. */
export function exportRequest(picture: Picture, input: ParsedInput<'export'>): ExportRequest {
  const { path, strength, quality, overwrite } = input
  if (path !== null && !isAbsolute(path)) {
    throw new LimpidError('bad-request', `"${path}" is no absolute path to save ${picture.name} to.`, {
      hint: 'Name the folder too.',
      file: picture.path,
    })
  }
  const format = input.format ?? (path === null ? ownFormat(picture) : outputFormatOfName(path))
  if (format === null) {
    throw new LimpidError(
      'bad-request',
      `"${extname(path!)}" is no format that ${picture.name} can be saved as.`,
      {
        hint: 'End the name in .png, .jpg, .webp, .avif or .tif.',
        file: path!,
      },
    )
  }
  if (path !== null && !overwrite && existsSync(path)) {
    throw new LimpidError('file-exists', `${path} is there already.`, {
      hint: 'Choose another name, or say that it may be replaced.',
      file: path,
    })
  }
  return { strength, path, format, quality, overwrite }
}

/** Saves a result, blended with its original. */
export const runExport: JobRunner = async ({ job, request, signal, onProgress }, context) => {
  const { library, cache, engines } = context
  const { path: wanted, strength: asked, ...target } = exportRequestSchema.parse(request)
  // A result made of what the file was before would be blended with what it is now.
  await library.refresh(job.pictureId)
  const { picture, resultFile } = library.record(job.pictureId)
  if (!resultFile) throw notRestored(picture)
  const result = join(cache.folder(picture.id), resultFile)
  // Several steps have their strengths in them already. What was asked for may be of the result before this one, where
  // the save waited for a restoration.
  const strength = picture.result && picture.result.steps.length > 1 ? 1 : asked
  const path = wanted ?? join(cache.downloads, job.id, downloadName(picture, target.format))
  if (wanted === null) await mkdir(dirname(path), { recursive: true })
  try {
    const input = { path: picture.path, result, strength, target: { ...target, path } }
    const saved = await engines.imaging.run('export', input, { signal, onProgress })
    library.saved(picture.id, wanted)
    await library.written(saved.path)
    const download = wanted === null ? `downloads/${job.id}/${encodeURIComponent(basename(path))}` : null
    return { saved: { path: saved.path, bytes: saved.bytes, notes: saved.notes, download } }
  } catch (thrown) {
    if (wanted === null) await rm(dirname(path), { recursive: true, force: true })
    throw thrown
  }
}

export function notRestored(picture: Picture): LimpidError {
  return new LimpidError(
    'bad-request',
    `${picture.name} has no result to save: it was not restored, or has changed.`,
    {
      hint: 'Run a step on it, then save.',
      file: picture.path,
    },
  )
}

function downloadName(picture: Picture, format: ExportRequest['format']): string {
  const { name } = picture
  return `${shortStem(basename(name, extname(name)))}-limpid${extensionFor(format, name)}`
}

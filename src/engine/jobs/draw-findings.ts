import path from 'node:path'
import { classColours } from '../zoo/segmentation/classes.ts'
import { loadLabelledPictures } from '../zoo/segmentation/labelled-pictures.ts'
import { type Finding, writeMontage } from '../zoo/segmentation/montage.ts'
import { withSegmenter } from '../zoo/segmentation/open-segmenter.ts'
import type { JobHandler } from './job.ts'

/** What models mark in the same test pictures, side by side. */
export const drawFindings: JobHandler<'drawFindings'> = async (
  { folders, data, count, path: file },
  context,
) => {
  await context.backend()
  const { findings, colours } = await withSegmenter(folders[0], async ({ recipe }) => {
    const { test, validation, train } = recipe.data
    const pictures = await loadLabelledPictures(path.resolve(data, test ?? validation ?? train), recipe.data)
    const shown = Math.min(count, pictures.length)
    const chosen = Array.from(
      { length: shown },
      (_, i) => pictures[Math.floor(((i + 0.5) * pictures.length) / shown)],
    )
    const findings: Finding[] = chosen.map((picture) => ({ picture, found: [] }))
    return { findings, colours: classColours(recipe) }
  })
  for (const [i, folder] of folders.entries()) {
    await withSegmenter(folder, async (segmenter, { title }) => {
      for (const { picture, found } of findings) {
        await context.step(i / folders.length, title)
        found.push(await segmenter.labels(picture))
      }
    })
  }
  await writeMontage(file, findings, colours)
  return { path: file }
}

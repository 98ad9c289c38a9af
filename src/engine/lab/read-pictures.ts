/** The pictures that a tool of the Lab works on, in the shape of its model. */
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { LabPicture, LabSource } from '../../contract/lab.ts'
import { findPictures } from '../imaging/find-pictures.ts'
import type { OnRead } from '../imaging/on-read.ts'
import type { JobContext } from '../jobs/job.ts'
import { readPictureFiles } from '../zoo/picture-folder.ts'
import { type PictureShape, type Pictures, pick, sizeOf } from '../zoo/pictures.ts'
import { readSource } from '../zoo/source.ts'

/**
 * All of a source, files by their absolute paths. Throws `folder-empty`, `data-missing` for fewer than `least`,
 * `bad-request` for a file of another size where the source's `fit` does not say what to do, and what can't be read.
 */
export async function readPictures(
  source: LabSource,
  shape: PictureShape,
  least: number,
  context: Pick<JobContext, 'step'>,
): Promise<Pictures> {
  const onRead = (done: number, total: number) =>
    context.step((0.5 * done) / total, `Reading ${done} of ${total}`)
  const pictures =
    source.kind === 'mnist'
      ? await readSource(source, shape, onRead)
      : await readFiles(source.paths, shape, source.fit, onRead)
  if (pictures.count < least) throw tooFew(source, pictures.count, least)
  return pictures
}

/** That one picture, and its place in `pictures`; null where it is not among them. */
export async function readOne(
  wanted: LabPicture,
  source: LabSource,
  pictures: Pictures,
): Promise<{ picture: Pictures; index: number | null }> {
  if (wanted.kind === 'item') {
    if (wanted.index >= pictures.count) {
      const message = `There is no picture ${wanted.index}: there are ${pictures.count}, counted from 0.`
      throw new LimpidError('bad-request', message, {
        hint: `Take a number from 0 to ${pictures.count - 1}.`,
      })
    }
    return { picture: pick(pictures, [wanted.index]), index: wanted.index }
  }
  const file = path.resolve(wanted.path)
  const fit = source.kind === 'pictures' ? source.fit : 'resize'
  const picture = await readFiles([file], pictures.shape, fit)
  if (picture.count !== 1) {
    const hint = 'Name one picture, not a folder of them.'
    throw new LimpidError('bad-request', `${file} holds ${picture.count} pictures.`, { file, hint })
  }
  const index = pictures.names.indexOf(picture.names[0])
  return { picture, index: index < 0 ? null : index }
}

/** Two sets of pictures of one shape as one, the first ones first. Digits are forgotten where one set has none. */
export function join(first: Pictures, second: Pictures): Pictures {
  const samples = new Uint8Array((first.count + second.count) * sizeOf(first.shape))
  samples.set(first.samples)
  samples.set(second.samples, first.samples.length)
  const count = first.count + second.count
  const names = [...first.names, ...second.names]
  const labels = first.labels && second.labels && Uint8Array.from([...first.labels, ...second.labels])
  return { shape: first.shape, count, samples, names, labels }
}

async function readFiles(
  paths: string[],
  shape: PictureShape,
  fit: 'crop' | 'resize' | undefined,
  onRead?: OnRead,
): Promise<Pictures> {
  const { pictures: files, errors } = await findPictures(paths)
  if (errors.length > 0) throw LimpidError.fromData(errors[0])
  return { ...(await readPictureFiles(files, shape, fit, onRead)), names: files }
}

function tooFew(source: LabSource, count: number, least: number): LimpidError {
  const file = source.kind === 'mnist' ? source.folder : source.paths[0]
  const are = count === 1 ? 'is one picture' : `are ${count} pictures`
  return new LimpidError('data-missing', `There ${are} in ${file}; this takes at least ${least}.`, {
    file,
    hint: 'Name a folder that holds more.',
  })
}

import { LimpidError } from '../../contract/errors.ts'
import type { PictureSource } from '../../contract/zoo-jobs.ts'
import { findPictures } from '../imaging/find-pictures.ts'
import type { OnRead } from '../imaging/on-read.ts'
import { readMnist } from './mnist.ts'
import { readPictureFiles } from './picture-folder.ts'
import { type PictureShape, type Pictures, pick } from './pictures.ts'

/** The pictures of a source, in the shape that a network takes. Throws `bad-request` where digits do not fit it. */
export async function readSource(
  source: PictureSource,
  shape: PictureShape,
  onRead?: OnRead,
): Promise<Pictures> {
  if (source.kind === 'pictures') {
    const { pictures, errors } = await findPictures(source.paths)
    if (pictures.length === 0 && errors.length > 0) throw LimpidError.fromData(errors[0])
    return readPictureFiles(pictures, shape, source.fit, onRead)
  }
  const all = await readMnist(source.folder, source.split)
  if (all.shape.join() !== shape.join()) {
    throw new LimpidError('bad-request', `The digits are no pictures of ${shape.join(' × ')}.`, {
      file: source.folder,
      hint: 'Take a model that was trained on MNIST.',
    })
  }
  const wanted = source.digits && new Set(source.digits)
  const indices = Array.from({ length: all.count }, (_, i) => i).filter(
    (i) => !wanted || wanted.has(all.labels![i]),
  )
  return pick(all, indices.slice(0, source.limit))
}

/** A folder of pictures, made one size: what the user trains on. */
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import { decodePicture } from '../imaging/decode.ts'
import { findPictures } from '../imaging/find-pictures.ts'
import { sharp } from '../imaging/libvips.ts'
import type { OnRead } from '../imaging/on-read.ts'
import { overWhite, toEightBits } from '../imaging/sample-layout.ts'
import { type PictureShape, type Pictures, sizeOf } from './pictures.ts'

/** `crop`: the largest centred part of the shape, made that size. `resize`: all of it, distorted. */
export type Fit = 'crop' | 'resize'

/** All pictures of the folder and below; what is transparent lies over white. Throws what can't be read, and `bad-request` for another size without `fit`. */
export async function readPictureFolder(
  folder: string,
  shape: PictureShape,
  fit: Fit | undefined,
  onRead: OnRead = () => {},
): Promise<Pictures> {
  const { pictures: files, errors } = await findPictures([folder])
  if (errors.length > 0) throw LimpidError.fromData(errors[0])
  return readPictureFiles(files, shape, fit, onRead)
}

export async function readPictureFiles(
  files: readonly string[],
  shape: PictureShape,
  fit: Fit | undefined,
  onRead: OnRead = () => {},
): Promise<Pictures> {
  const size = sizeOf(shape)
  const samples = new Uint8Array(files.length * size)
  for (const [i, file] of files.entries()) {
    samples.set(await readOne(file, shape, fit), i * size)
    await onRead(i + 1, files.length)
  }
  return {
    shape,
    count: files.length,
    samples,
    names: files.map((file) => path.basename(file)),
    labels: null,
  }
}

async function readOne(file: string, [height, width, channels]: PictureShape, fit: Fit | undefined) {
  const { raster } = await decodePicture(file)
  const eight = overWhite(toEightBits(raster))
  const isOfShape = eight.width === width && eight.height === height
  if (!isOfShape && fit === undefined) {
    const [is, wanted] = [`${eight.width} × ${eight.height}`, `${width} × ${height}`]
    throw new LimpidError('bad-request', `${path.basename(file)} is ${is} px, not ${wanted} px.`, {
      file,
      hint: 'Say whether pictures of another size are to be cropped or resized ("fit").',
    })
  }
  let picture = sharp(eight.samples, {
    raw: { width: eight.width, height: eight.height, channels: eight.channels },
  })
  if (!isOfShape) picture = picture.resize(width, height, { fit: fit === 'crop' ? 'cover' : 'fill' })
  const grey = channels === 1
  const { data, info } = await picture
    .toColourspace(grey ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  if (info.channels === channels) return data
  // A grey picture stays one channel whatever it is turned into.
  const rgb = new Uint8Array(width * height * channels)
  for (let i = 0; i < width * height; i++) rgb.fill(data[i * info.channels], channels * i, channels * (i + 1))
  return rgb
}

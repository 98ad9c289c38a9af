/** Test pictures as a test takes them: from files, in more bits than a network can tell apart, as floats. */
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import { decodePicture } from '../imaging/decode.ts'
import { findPictures } from '../imaging/find-pictures.ts'
import { createRaster, maxSample, type Raster } from '../imaging/raster.ts'
import { greyOf } from '../tasks/colourise.ts'
import type { TestCase } from './evaluator.ts'

/** Every picture in the folder and below. Fails with `data-missing`, and where a file or folder cannot be read. */
export async function singlePictures({ data }: { data: string }): Promise<TestCase[]> {
  const pictures = await allPictures(data)
  if (pictures.length === 0) throw noPictures(data, 'Name a folder of clean pictures with --data.')
  return pictures.map(asSingle)
}

export function asSingle(file: string): TestCase {
  return { name: path.basename(file), files: [file] }
}

/** Of the folder and below. A set that can be read in part only gives no figure: it would be that of another set. */
export async function allPictures(folder: string): Promise<string[]> {
  const { pictures, errors } = await findPictures([folder])
  const broken = errors.find(({ code }) => code !== 'folder-empty')
  if (broken) throw LimpidError.fromData(broken)
  return pictures
}

export function noPictures(data: string, hint: string): LimpidError {
  return new LimpidError('data-missing', `There are no pictures to evaluate on in ${data}.`, {
    file: data,
    hint,
  })
}

/** Without its transparency; in grey (luma, rounded to its depth as a grey file would hold it) if asked for. */
export async function readTestPicture(file: string, grey = false): Promise<Raster> {
  const { raster } = await decodePicture(file)
  const opaque = { ...raster, alpha: null }
  return grey && opaque.channels === 3 ? greyOf(opaque) : opaque
}

/** At 16 bits, exactly: so a task's result is rounded finer than any figure shows. */
export function inSixteenBits(raster: Raster): Raster {
  if (raster.depth === 16) return raster
  const { width, height, channels, samples, alpha } = raster
  const fine: Raster = { ...createRaster(width, height, channels, 16), alpha }
  for (let i = 0; i < samples.length; i++) fine.samples[i] = 257 * samples[i]
  return fine
}

/** Rounded to 8 bits, as floats: what a saved picture holds. */
export function roundedFloats({ samples, depth }: Raster): Float32Array {
  const scale = 255 / maxSample(depth)
  return Float32Array.from(samples, (sample) => Math.round(sample * scale) / 255)
}

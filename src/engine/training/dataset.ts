/** Training pictures, held as 8-bit RGB in shared memory so that the patch workers read them without a copy. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import { formatOfName } from '../../contract/picture-files.ts'
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import { decodePicture } from '../imaging/decode.ts'
import type { OnRead } from '../imaging/on-read.ts'
import { asEightBitRgb } from '../imaging/sample-layout.ts'
import { byStem } from './by-stem.ts'

/** [height, width, 3], 8-bit. */
type Samples = Uint8Array<SharedArrayBuffer>

export type TrainingPicture = {
  name: string
  width: number
  height: number
  /** The clean picture. */
  samples: Samples
  /** What it looks like in the wild, where the picture is half of a pair. */
  degraded?: Samples
}

export type Dataset = { train: TrainingPicture[]; validation: TrainingPicture[] }

/** What a recipe says of its pictures. */
type Data = Pick<RestorationRecipe['data'], 'train' | 'pairs' | 'validationPictures'>

/** A picture's file, and that of its worse half. */
type Found = { clean: string; degraded?: string }

/**
 * Reads every picture of the recipe's folders, and keeps some of them, evenly spread, apart. What is the same as one of
 * those, by whatever name, is not trained on: T91 has such a picture.
 */
export async function loadDataset(
  dataFolder: string,
  { train, pairs, validationPictures }: Data,
  onRead: OnRead = () => {},
): Promise<Dataset> {
  const alone = (
    await Promise.all(train.map((folder) => listPictures(path.resolve(dataFolder, folder))))
  ).flat()
  const paired = (
    await Promise.all(pairs.map((folder) => listPairs(path.resolve(dataFolder, folder))))
  ).flat()
  const kinds: Found[][] = []
  if (train.length > 0) kinds.push(alone.map((clean) => ({ clean })))
  if (pairs.length > 0) kinds.push(paired)
  const dataset: Dataset = { train: [], validation: [] }
  for (const files of kinds) {
    if (files.length <= validationPictures) throw tooFew(files.length, validationPictures)
    const stride = files.length / validationPictures
    const kept = new Set(Array.from({ length: validationPictures }, (_, i) => Math.floor((i + 0.5) * stride)))
    for (const [i, found] of files.entries()) {
      dataset[kept.has(i) ? 'validation' : 'train'].push(await readPicture(found))
      await onRead(dataset.train.length + dataset.validation.length, alone.length + paired.length)
    }
  }
  const { validation } = dataset
  const unseen = dataset.train.filter((one) => !validation.some((kept) => isSame(one, kept)))
  if (unseen.length === 0) throw tooFew(0, validationPictures)
  return { train: unseen, validation }
}

function isSame(one: TrainingPicture, other: TrainingPicture): boolean {
  const alike = (a: Samples, b: Samples) => Buffer.compare(a, b) === 0
  if (one.width !== other.width || one.height !== other.height || !alike(one.samples, other.samples))
    return false
  return !one.degraded || !other.degraded || alike(one.degraded, other.degraded)
}

async function listPictures(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause) => {
    throw new LimpidError('data-missing', `The training folder ${folder} cannot be read.`, {
      file: folder,
      hint: 'Name the folder that holds it with --data.',
      cause,
    })
  })
  return names
    .filter((name) => formatOfName(name) !== null && !name.startsWith('.'))
    .sort()
    .map((name) => path.join(folder, name))
}

/** `image/NAME.*` and `clean/NAME.*`, whatever the format of each. */
async function listPairs(folder: string): Promise<Found[]> {
  const [degraded, clean] = await Promise.all(
    ['image', 'clean'].map(async (of) => byStem(await listPictures(path.join(folder, of)))),
  )
  requirePartners(clean, degraded, path.join(folder, 'image'))
  requirePartners(degraded, clean, path.join(folder, 'clean'))
  return [...clean].map(([stem, file]) => ({ clean: file, degraded: degraded.get(stem) }))
}

function requirePartners(files: Map<string, string>, partners: Map<string, string>, folder: string): void {
  for (const [stem, file] of files) {
    if (partners.has(stem)) continue
    throw new LimpidError('data-missing', `${file} has no partner in ${folder}.`, {
      file,
      hint: 'The two files of a pair have the same name. Add the other one, or take this one out.',
    })
  }
}

function tooFew(count: number, validationPictures: number): LimpidError {
  return new LimpidError('data-missing', `${count} pictures are too few to train on and validate with.`, {
    hint: `The recipe keeps ${validationPictures} apart for validation; give it more than that.`,
  })
}

async function readPicture({ clean, degraded }: Found): Promise<TrainingPicture> {
  const { width, height, samples } = await readRgb(clean)
  const picture = { name: path.basename(clean), width, height, samples }
  if (degraded === undefined) return picture
  const worse = await readRgb(degraded)
  if (worse.width !== width || worse.height !== height) {
    throw new LimpidError(
      'data-missing',
      `${degraded} has ${worse.width} × ${worse.height} px, its clean half ${width} × ${height}.`,
      { file: degraded, hint: 'Both halves of a pair must show the same, pixel by pixel.' },
    )
  }
  return { ...picture, degraded: worse.samples }
}

async function readRgb(file: string): Promise<{ width: number; height: number; samples: Samples }> {
  const { raster } = await decodePicture(file)
  const { width, height } = raster
  const samples = new Uint8Array(new SharedArrayBuffer(width * height * 3))
  samples.set(asEightBitRgb(raster))
  return { width, height, samples }
}

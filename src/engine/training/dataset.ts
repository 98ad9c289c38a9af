/** Clean training pictures, held as 8-bit RGB in shared memory so that the patch worker reads them without a copy. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import { decodePicture } from '../imaging/decode.ts'
import { toEightBits } from '../imaging/sample-layout.ts'

/** `samples` is [height, width, 3], 8-bit. */
export type TrainingPicture = {
  name: string
  width: number
  height: number
  samples: Uint8Array<SharedArrayBuffer>
}

export type Dataset = { train: TrainingPicture[]; validation: TrainingPicture[] }

const PICTURE = /\.(jpe?g|png|webp|tiff?)$/i

/** Reads every picture of `folders`, and keeps `validationPictures` of them, evenly spread, apart. */
export async function loadDataset(
  dataFolder: string,
  folders: readonly string[],
  validationPictures: number,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Dataset> {
  const files: string[] = []
  for (const folder of folders) {
    const full = path.resolve(dataFolder, folder)
    const names = await readdir(full).catch((cause) => {
      throw new LimpidError('data-missing', `The training folder ${full} cannot be read.`, {
        file: full,
        hint: 'Name the folder that holds it with --data.',
        cause,
      })
    })
    files.push(
      ...names
        .filter((name) => PICTURE.test(name))
        .sort()
        .map((name) => path.join(full, name)),
    )
  }
  if (files.length <= validationPictures) {
    throw new LimpidError(
      'data-missing',
      `${files.length} pictures are too few to train on and validate with.`,
      {
        hint: `The recipe keeps ${validationPictures} apart for validation; give it more than that.`,
      },
    )
  }
  const pictures: TrainingPicture[] = []
  for (const file of files) {
    pictures.push(await readPicture(file))
    onProgress(pictures.length, files.length)
  }
  const stride = pictures.length / validationPictures
  const kept = new Set(Array.from({ length: validationPictures }, (_, i) => Math.floor((i + 0.5) * stride)))
  return {
    train: pictures.filter((_, i) => !kept.has(i)),
    validation: pictures.filter((_, i) => kept.has(i)),
  }
}

async function readPicture(file: string): Promise<TrainingPicture> {
  const { raster } = await decodePicture(file)
  const { samples: from, width, height, channels } = toEightBits(raster)
  const samples = new Uint8Array(new SharedArrayBuffer(width * height * 3))
  if (channels === 3) samples.set(from)
  else for (let i = 0; i < width * height; i++) samples.fill(from[i], 3 * i, 3 * i + 3)
  return { name: path.basename(file), width, height, samples }
}

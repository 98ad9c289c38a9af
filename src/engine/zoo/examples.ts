/** The data of an autoencoder's recipe, read and divided. */
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import type { OnRead } from '../imaging/on-read.ts'
import { unseen } from '../training/unseen.ts'
import { readMnist } from './mnist.ts'
import { readPictureFolder } from './picture-folder.ts'
import { type Examples, type PictureShape, type Pictures, pick, sizeOf } from './pictures.ts'

type Data = AutoencoderRecipe['data']

export const shapeOf = (data: Data): PictureShape =>
  data.kind === 'mnist' ? [28, 28, 1] : [data.size, data.size, data.channels]

/** Throws `data-missing` where there is too little. */
export async function loadExamples(data: Data, dataFolder: string, onRead?: OnRead): Promise<Examples> {
  const folder = path.resolve(dataFolder, data.folder)
  if (data.kind === 'mnist') return mnistExamples(data, folder)
  const all = await readPictureFolder(folder, shapeOf(data), data.fit, onRead)
  const apart = Math.max(1, Math.round(all.count * data.validationShare))
  const stride = all.count / apart
  const kept = new Set(Array.from({ length: apart }, (_, i) => Math.floor((i + 0.5) * stride)))
  const pictures = each(all)
  const others = unseen(
    pictures.filter(({ index }) => !kept.has(index)),
    pictures.filter(({ index }) => kept.has(index)),
  )
  requireSome(others.length, all.count, folder)
  const train = others.map(({ index }) => index)
  return { train: pick(all, train), validation: pick(all, [...kept]), test: null }
}

function each({ shape, count, samples }: Pictures) {
  const [height, width] = shape
  const size = sizeOf(shape)
  return Array.from({ length: count }, (_, index) => ({
    index,
    width,
    height,
    samples: samples.subarray(index * size, (index + 1) * size),
  }))
}

async function mnistExamples(data: Extract<Data, { kind: 'mnist' }>, folder: string): Promise<Examples> {
  const [all, test] = [await readMnist(folder, 'train'), await readMnist(folder, 'test')]
  for (const { shape } of [all, test]) requireShape(shape, shapeOf(data), folder)
  const wanted = data.digits ?? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  const wantedOf = ({ count, labels }: Pictures) =>
    Array.from({ length: count }, (_, i) => i).filter((i) => wanted.includes(labels![i]))
  const [indices, tested] = [wantedOf(all), wantedOf(test)]
  if (tested.length === 0) throw noneToTest(wanted, folder)
  const count = indices.length - data.validation
  requireSome(count, indices.length, folder)
  return {
    train: pick(all, indices.slice(0, Math.min(count, data.limit ?? count))),
    validation: pick(all, indices.slice(count)),
    test: pick(test, tested),
  }
}

function noneToTest(digits: readonly number[], folder: string): LimpidError {
  return new LimpidError('data-missing', `No test digit in ${folder} is ${digits.join(' or ')}.`, {
    file: folder,
    hint: 'Fetch the four files of MNIST anew.',
  })
}

function requireShape(is: PictureShape, wanted: PictureShape, folder: string): void {
  if (is.join() === wanted.join()) return
  const [size, other] = [is, wanted].map(([height, width]) => `${width} × ${height} px`)
  throw new LimpidError('data-missing', `The digits in ${folder} are ${size}, not ${other}.`, {
    file: folder,
    hint: 'Fetch the four files of MNIST anew.',
  })
}

function requireSome(training: number, all: number, folder: string): void {
  if (training >= 1) return
  const pictures = all === 1 ? 'One picture is' : `${all} pictures are`
  throw new LimpidError(
    'data-missing',
    `${pictures} too few: what is validated with, and what is the same as that, is not trained on.`,
    {
      file: folder,
      hint: 'Put more pictures into the folder; a hundred is a beginning.',
    },
  )
}

/** MNIST's own files, by their headers alone. */
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createGunzip } from 'node:zlib'
import type { DataFindings, DataProblem } from '../../contract/lab-jobs.ts'

const FILES = {
  images: /^train-images.idx3-ubyte(\.gz)?$/,
  labels: /^train-labels.idx1-ubyte(\.gz)?$/,
}

export const isMnist = (names: readonly string[]): boolean => names.some((name) => FILES.images.test(name))

export async function inspectMnist(folder: string, names: readonly string[]): Promise<DataFindings> {
  const problems: DataProblem[] = []
  const sizesOf = async (what: keyof typeof FILES, dimensions: number): Promise<number[] | null> => {
    const name = names.find((candidate) => FILES[what].test(candidate))
    const file = name && path.join(folder, name)
    const sizes = file ? await idxSizes(file, dimensions).catch(() => null) : null
    if (!sizes) {
      const message = file ? `${file} is no idx file.` : `The ${what} of the digits are not in ${folder}.`
      problems.push({ severity: 'error', message, hint: 'Fetch the four files of MNIST anew.', file })
    }
    return sizes
  }
  const images = await sizesOf('images', 3)
  const labels = await sizesOf('labels', 1)
  if (images && labels && images[0] !== labels[0]) {
    problems.push({
      severity: 'error',
      message: `There are ${images[0]} digits and ${labels[0]} labels in ${folder}.`,
      hint: 'Fetch the four files of MNIST anew.',
    })
  }
  const [count, height, width] = images ?? [0, 28, 28]
  return {
    kind: 'mnist',
    folder,
    count,
    sizes: images ? [{ width, height, count }] : [],
    channels: 1,
    labels: null,
    problems,
  }
}

/** Two zero bytes, 8 for unsigned bytes, the number of dimensions, then each size: big-endian, 32 bit. */
async function idxSizes(file: string, dimensions: number): Promise<number[] | null> {
  const wanted = 4 + 4 * dimensions
  const bytes = createReadStream(file)
  const gunzip = createGunzip()
  bytes.on('error', (error) => gunzip.destroy(error))
  const stream = file.endsWith('.gz') ? bytes.pipe(gunzip) : bytes
  let head = Buffer.alloc(0)
  for await (const chunk of stream) {
    head = Buffer.concat([head, chunk])
    if (head.length >= wanted) break
  }
  bytes.destroy()
  if (head.length < wanted || head.readUInt32BE(0) !== 0x800 + dimensions) return null
  return Array.from({ length: dimensions }, (_, i) => head.readUInt32BE(4 + 4 * i))
}

/** Reads digits in MNIST's own format: idx files (LeCun, "The MNIST database of handwritten digits"), gzipped or not. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { LimpidError } from '../../contract/errors.ts'
import type { Pictures } from './pictures.ts'

/** The training files' names begin with `train`, the test files' with `t10k` (or how many thousand they hold). */
export const MNIST_FILES = {
  train: { images: /^train-images.idx3-ubyte(\.gz)?$/, labels: /^train-labels.idx1-ubyte(\.gz)?$/ },
  test: { images: /^t\d+k-images.idx3-ubyte(\.gz)?$/, labels: /^t\d+k-labels.idx1-ubyte(\.gz)?$/ },
}

/** Throws `data-missing` where a file is not there or is none. */
export async function readMnist(folder: string, split: 'train' | 'test'): Promise<Pictures> {
  const images = await readIdx(folder, MNIST_FILES[split].images, 3)
  const { values: labels, file, sizes } = await readIdx(folder, MNIST_FILES[split].labels, 1)
  const [count, height, width] = images.sizes
  if (sizes[0] !== count) throw damaged(file, `it has ${sizes[0]} labels for ${count} digits`)
  const names = Array.from({ length: count }, (_, i) => `${split} ${i}`)
  return { shape: [height, width, 1], count, samples: images.values, names, labels }
}

async function readIdx(folder: string, name: RegExp, dimensions: number) {
  const names = await readdir(folder).catch(() => [])
  const found = names.find((candidate) => name.test(candidate))
  if (!found) {
    const wanted = name.source.replace('(\\.gz)?$', '').replace('^', '').replace('\\d+', '10')
    throw new LimpidError('data-missing', `There is no file ${wanted} in ${folder}.`, {
      file: folder,
      hint: 'Name the folder that holds the MNIST files, as .gz or unpacked.',
    })
  }
  const file = path.join(folder, found)
  let bytes: Buffer
  try {
    const raw = await readFile(file)
    bytes = found.endsWith('.gz') ? gunzipSync(raw) : raw
  } catch (cause) {
    throw damaged(file, cause instanceof Error ? cause.message : String(cause))
  }
  const header = 4 + 4 * dimensions
  // Two zero bytes, 8 for unsigned bytes, the number of dimensions.
  if (bytes.length < header || bytes.readUInt32BE(0) !== 0x800 + dimensions) {
    throw damaged(file, `it is no idx file of ${dimensions === 1 ? 'labels' : 'pictures'}`)
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => bytes.readUInt32BE(4 + 4 * i))
  const length = sizes.reduce((product, size) => product * size, 1)
  if (bytes.length !== header + length) throw damaged(file, 'it ends early or late')
  return { file, sizes, values: new Uint8Array(bytes.subarray(header)) }
}

function damaged(file: string, why: string): LimpidError {
  return new LimpidError('data-missing', `${file} cannot be read: ${why}.`, {
    file,
    hint: 'Fetch it anew.',
  })
}

/** MNIST's own files, by their headers alone. */
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createGunzip } from 'node:zlib'
import type { DataFindings, DataProblem } from '../../contract/lab-jobs.ts'
import { MNIST_FILES } from '../zoo/mnist.ts'

const SIDE = 28 // px
const SPLITS = ['train', 'test'] as const
const NAMES = { train: 'training digits', test: 'test digits' }

/** One of the four is enough: what is missing is told then. */
export const isMnist = (names: readonly string[]): boolean =>
  SPLITS.flatMap((split) => Object.values(MNIST_FILES[split])).some((file) =>
    names.some((name) => file.test(name)),
  )

/** All four files are needed: training reads the test digits with the others. */
export async function inspectMnist(folder: string, names: readonly string[]): Promise<DataFindings> {
  const problems: DataProblem[] = []
  const complain = (message: string, file?: string) =>
    problems.push({ severity: 'error', message, hint: 'Fetch the four files of MNIST anew.', file })
  let sizes: DataFindings['sizes'] = []
  for (const split of SPLITS) {
    const sizesOf = async (what: 'images' | 'labels', dimensions: number): Promise<number[] | null> => {
      const name = names.find((candidate) => MNIST_FILES[split][what].test(candidate))
      const file = name && path.join(folder, name)
      const told = file ? await idxSizes(file, dimensions).catch(() => null) : null
      if (!told) {
        const missing = `The ${what} of the ${NAMES[split]} are not in ${folder}.`
        complain(file ? `${file} is no idx file.` : missing, file)
      }
      return told
    }
    const images = await sizesOf('images', 3)
    const labels = await sizesOf('labels', 1)
    if (!images) continue
    const [count, height, width] = images
    if (split === 'train') sizes = [{ width, height, count }]
    if (height !== SIDE || width !== SIDE) {
      complain(`The ${NAMES[split]} in ${folder} are ${width} × ${height} px, not ${SIDE} × ${SIDE} px.`)
    }
    if (labels && labels[0] !== count) {
      complain(`There are ${count} ${NAMES[split]} and ${labels[0]} labels in ${folder}.`)
    }
  }
  const count = sizes[0]?.count ?? 0
  return { kind: 'mnist', folder, count, sizes, channels: 1, labels: null, problems }
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

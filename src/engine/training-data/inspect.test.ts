import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sharp } from '../imaging/libvips.ts'
import { idx } from '../zoo/testing/digits.ts'
import { inspectFolder } from './inspect.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'limpid-data-'))
})
afterEach(() => rm(folder, { recursive: true }))

const inspect = () => inspectFolder(folder, async () => {})
const messages = async () => (await inspect()).problems.map(({ message }) => message).join('\n')

const FEW = { severity: 'warning', message: '3 pairs are very few.' }

/** A PNG of one grey value, or of a colour. */
async function write(name: string, { side = 16, value = 100, colour = false } = {}): Promise<string> {
  const file = path.join(folder, name)
  await mkdir(path.dirname(file), { recursive: true })
  const channels = colour ? 3 : 1
  const samples = Buffer.alloc(side * side * channels, value)
  if (colour) samples[0] = value + 1
  const raw = { width: side, height: side, channels } as const
  await sharp(samples, { raw })
    .toColourspace(colour ? 'srgb' : 'b-w')
    .png()
    .toFile(file)
  return file
}

test('pictures are counted by size, grey ones are told from coloured ones', async () => {
  for (let i = 0; i < 3; i++) await write(`${i}.png`)
  await write('large.png', { side: 20 })
  const grey = await inspect()
  expect(grey).toMatchObject({ kind: 'pictures', count: 4, channels: 1 })
  expect(grey.sizes).toEqual([
    { width: 16, height: 16, count: 3 },
    { width: 20, height: 20, count: 1 },
  ])
  expect(grey.problems).toMatchObject([{ severity: 'warning' }])
  await write('red.png', { colour: true })
  expect((await inspect()).channels).toBe(3)
})

test('an empty folder, one picture and a broken file are told', async () => {
  expect(await messages()).toMatch(/holds no picture/)
  await write('a.png')
  expect(await messages()).toMatch(/single picture/)
  await write('b.png')
  await writeFile(path.join(folder, 'broken.png'), 'no picture')
  expect(await messages()).toMatch(/broken\.png/)
})

test('a mask without its picture, a picture without its mask and one of another size are named', async () => {
  for (const name of ['a', 'b', 'c']) {
    await write(`image/${name}.png`)
    await write(`mask/${name}.png`)
  }
  // Brighter than half is what marks; of one mask alone will do.
  expect((await inspect()).problems).toMatchObject([
    { severity: 'error', message: expect.stringContaining('nothing is marked') },
    FEW,
  ])
  await write('mask/b.png', { value: 128 })
  expect(await inspect()).toMatchObject({ kind: 'masks', count: 3, labels: null, problems: [FEW] })
  await write('mask/alone.png')
  await write('image/bare.png')
  await write('mask/b.png', { side: 8 })
  const said = await messages()
  expect(said).toMatch(/alone\.png has no picture/)
  expect(said).toMatch(/bare\.png has no mask/)
  expect(said).toMatch(/b\.png is 8 × 8 px, its picture 16 × 16 px/)
})

test('twenty pairs are no longer very few', async () => {
  for (let i = 0; i < 19; i++) for (const of of ['image', 'label']) await write(`${of}/${i}.png`)
  expect(await messages()).toBe('19 pairs are very few.')
  for (const of of ['image', 'label']) await write(`${of}/last.png`)
  expect(await inspect()).toMatchObject({ count: 20, problems: [] })
})

test('two pictures beside one mask, or two masks, are told: which belongs to it?', async () => {
  for (const name of ['a', 'b', 'c']) {
    await write(`image/${name}.png`)
    await write(`mask/${name}.png`, { value: 255 })
  }
  const twins = [await write('image/a.webp'), await write('mask/b.webp', { value: 255 })]
  const { count, problems } = await inspect()
  expect(count).toBe(3)
  expect(problems).toMatchObject([...twins.map((file) => ({ severity: 'error', file })), FEW])
  expect(problems[0].message).toMatch(/half of a pair, .*a\.png or .*a\.webp\?/)
})

test('labels are read, in the folder train too; coloured ones are refused', async () => {
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    await write(`train/image/${name}.png`, { colour: true })
    await write(`train/label/${name}.png`, { value: 5 * i })
  }
  const found = await inspect()
  expect(found).toMatchObject({ kind: 'labels', labels: [0, 5, 10], channels: 3, problems: [FEW] })
  expect(found.folder).toBe(path.join(folder, 'train'))
  await write('train/label/b.png', { colour: true })
  expect(await messages()).toMatch(/b\.png is in colour/)
})

test('labels of 16 bits are read undivided', async () => {
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    await write(`image/${name}.png`)
    const file = await write(`label/${name}.png`)
    const samples = Uint16Array.from({ length: 256 }, () => 60 * i)
    const raw = { width: 16, height: 16, channels: 1 } as const
    await sharp(samples, { raw }).toColourspace('grey16').png().toFile(file)
  }
  expect(await inspect()).toMatchObject({ labels: [0, 60, 120], problems: [FEW] })
})

test('MNIST is known by its files; one that is missing, a count or a size that does not fit is told', async () => {
  const put = (name: string, sizes: number[]) =>
    writeFile(path.join(folder, name), idx(new Uint8Array(sizes.reduce((a, b) => a * b)), sizes))
  await put('train-images-idx3-ubyte.gz', [7, 28, 28])
  expect(await messages()).toMatch(/labels of the training digits are not in/)
  await put('train-labels-idx1-ubyte.gz', [7])
  expect(await messages()).toMatch(/^The images of the test digits are not in.*\n.*labels of the test digits/)
  await put('t10k-images-idx3-ubyte.gz', [3, 28, 28])
  await put('t10k-labels-idx1-ubyte.gz', [3])
  expect(await inspect()).toMatchObject({ kind: 'mnist', count: 7, channels: 1, problems: [] })
  await put('train-labels-idx1-ubyte.gz', [6])
  expect(await messages()).toMatch(/7 training digits and 6 labels/)
  await put('t10k-images-idx3-ubyte.gz', [3, 20, 28])
  expect(await messages()).toMatch(/test digits .* are 28 × 20 px, not 28 × 28 px/)
})

test('a folder that is not there fails with its name', async () => {
  await expect(inspectFolder(path.join(folder, 'gone'), async () => {})).rejects.toMatchObject({
    code: 'file-not-found',
  })
})

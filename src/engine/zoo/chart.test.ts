import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharp } from '../imaging/libvips.ts'
import { writeChart } from './chart.ts'
import { scaleOf } from './chart-scale.ts'
import { writeMontage } from './montage.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-chart-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a scale', () => {
  const texts = (values: number[], logarithmic = false) =>
    scaleOf(values, 0, 100, logarithmic).ticks.map(({ text }) => text)

  it('has a handful of round ticks around the values', () => {
    expect(texts([3, 97])).toEqual(['0', '20', '40', '60', '80', '100'])
    expect(texts([-0.013, 0.031])).toEqual(['-0.02', '-0.01', '0', '0.01', '0.02', '0.03', '0.04'])
    expect(texts([5])).toContain('5')
  })

  it('or of powers of ten', () => {
    expect(texts([0.004, 0.06], true)).toEqual(['0.002', '0.005', '0.01', '0.02', '0.05', '0.1'])
    const scale = scaleOf([0.01, 1], 0, 100, true)
    expect(scale.at(0.1)).toBeCloseTo(50, 9)
    expect(scale.at(0)).toBe(0) // what has no logarithm lies at the end
  })
})

it('a chart shows each series in its colour, where its values are', async () => {
  const file = path.join(folder, 'chart.png')
  const series = [
    {
      name: 'flat',
      points: [
        [0, 1],
        [10, 1],
      ] as [number, number][],
    },
    {
      name: 'steep <&>',
      points: [
        [0, 0],
        [10, 2],
      ] as [number, number][],
    },
  ]
  await writeChart(file, { title: 'A title', x: 'step', y: 'loss', series })
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
  expect([info.width, info.channels]).toEqual([900, 3])
  const rows = (match: (r: number, g: number, b: number) => boolean) => {
    const found = new Set<number>()
    // The frame's inside, a tenth of it from the left.
    for (let y = 80; y < 490; y++) {
      const at = 3 * (y * 900 + 153)
      if (match(data[at], data[at + 1], data[at + 2])) found.add(y)
    }
    return [...found]
  }
  const blue = rows((r, _, b) => b > 150 && r < 60)
  const orange = rows((r, _, b) => r > 180 && b < 60)
  // Up goes down the rows: at a tenth of its way the steep one is below the flat one.
  expect(Math.min(...orange)).toBeGreaterThan(Math.max(...blue))
})

it('a chart shows every name whole, a long title too, and nothing of them beyond its rim', async () => {
  const points: [number, number][] = [
    [0, 1],
    [10, 2],
  ]
  const draw = async (title: string, names: string[]) => {
    const file = path.join(folder, 'names.png')
    await writeChart(file, { title, x: 'step', y: 'loss', series: names.map((name) => ({ name, points })) })
    return sharp(file).raw().toBuffer({ resolveWithObject: true })
  }
  const name = 'Dense autoencoder with a code of sixteen units, on leaves of the garden'
  const [training, validation] = [`${name}: training`, `${name}: validation`]
  const { data, info } = await draw('A long title '.repeat(12), [training, validation])
  // What tells the two is their end.
  const same = await draw('A long title '.repeat(12), [training, training])
  expect(data.equals(same.data)).toBe(false)
  await draw(' ', [' ']) // nor does a title of nothing fail
  for (let y = 0; y < info.height; y++) {
    for (const x of [...Array(8).keys(), ...Array.from({ length: 8 }, (_, i) => 899 - i)])
      expect(data[3 * (y * 900 + x)]).toBe(255)
  }
})

it('a montage has every picture in its place, clipped to 0..1, on grey', async () => {
  const file = path.join(folder, 'montage.png')
  await writeMontage(file, Float32Array.of(0, 2, 0.5, -1, 1, 1), [1, 2, 1], 2, 3)
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
  expect([info.width, info.height]).toEqual([2 * 8 + 2, 2 * 5 + 2])
  const at = (x: number, y: number) => data[(y * info.width + x) * info.channels]
  expect([at(2, 2), at(5, 2), at(10, 2), at(13, 2), at(2, 7), at(0, 0), at(10, 7)]).toEqual([
    0, 255, 128, 0, 255, 96, 96,
  ])
})

import { expect, it } from 'vitest'
import { LimpidError } from '../../contract/errors.ts'
import type { Network } from '../models/network.ts'
import { fakeNetwork } from './testing/fake-network.ts'
import { planeInTiles, type TaskOptions } from './tiled.ts'

const [WIDTH, HEIGHT] = [1500, 1100]

/** Runs a network with the halo of `document-clean` over a picture; how large the tiles were, px. */
async function tilesOf(options: Omit<TaskOptions, 'network'>, run?: Network['run']): Promise<number[]> {
  const plain = fakeNetwork((values) => values, { sizeMultiple: 16, receptiveFieldRadius: 283 })
  const network = run ? { ...plain, run } : plain
  const source = {
    width: WIDTH,
    height: HEIGHT,
    read: (window: { width: number; height: number }) => new Float32Array(window.width * window.height),
  }
  const work = (values: Float32Array, width: number, height: number) => network.run(values, width, height, 1)
  await planeInTiles(source, work, { network, ...options })
  return plain.calls.map(({ width, height }) => width * height)
}

it('a large halo gets larger tiles than the backend asks for: else hardly anything of them would be kept', async () => {
  const tiles = await tilesOf({ maxTilePixels: 1e5 })
  const all = tiles.reduce((a, b) => a + b, 0)
  expect(all).toBeLessThan(3 * WIDTH * HEIGHT)
})

it('tiles of several pictures are at most so many pixels at a time', async () => {
  let [inside, largest] = [0, 0]
  const run: Network['run'] = async (values, width, height) => {
    inside += width * height
    largest = Math.max(largest, inside)
    await new Promise((resolve) => setTimeout(resolve, 1))
    inside -= width * height
    return values
  }
  const options = { maxTilePixels: 8e5, mostPixels: 2.1e6, atOnce: () => 4 }
  await Promise.all([tilesOf(options, run), tilesOf(options, run), tilesOf(options, run)])
  expect(largest).toBeGreaterThan(1.1e6)
  expect(largest).toBeLessThanOrEqual(2.1e6)
})

it('tiles are not halved until next to nothing of them is kept', async () => {
  const tried: number[] = []
  const run: Network['run'] = async (_values, width, height) => {
    tried.push(width * height)
    throw new LimpidError('out-of-memory', 'No memory is left.')
  }
  await expect(tilesOf({ maxTilePixels: 4e6 }, run)).rejects.toMatchObject({ code: 'out-of-memory' })
  expect(tried).toHaveLength(4) // 4, 2, 1 and 0.5 MP; the halo alone takes 0.33
})

/** How every task runs its network over a picture: in tiles that are made smaller when memory runs out. */
import { LimpidError } from '../../contract/errors.ts'
import type { Network } from '../models/network.ts'
import { PixelGate } from '../pixel-gate.ts'
import {
  haloOf,
  planTiles,
  type RunTile,
  roomyTile,
  runTiled,
  type Sink,
  type Source,
  type Tile,
} from '../tiling.ts'
import { requireFinite } from './require-finite.ts'

/** What a task is given to compute with. */
export type TaskOptions = {
  network: Network
  /** Largest tile, halo included, px; a network with a large halo gets larger ones. */
  maxTilePixels: number
  /** Of all tiles that are computed at a time, those of other pictures too, px; absent: unbounded. */
  mostPixels?: number
  /** Tiles that may be run at a time; one if absent. */
  atOnce?: () => number
  /** Cancels what waits for room. */
  signal?: AbortSignal
  /** Awaited between tiles with the share done, 0..1; throws to cancel. */
  between?: (done: number) => Promise<void> | void
}

/**
 * From here on a tile's arrays (24 bytes a pixel) are worth collecting before the next one's, px. They are young garbage,
 * which takes 1 ms to collect; all of it would take 15.
 */
const LARGE_TILE_PIXELS = 1e6

/** When memory runs out tiles are halved, but not below this, px. */
const SMALLEST_TILE_PIXELS = 8192

/** Sides of the smallest tiles in halos: a network computes thirty times what it keeps, it is better done elsewhere. */
const FEWEST_HALOS = 2.4

/** All jobs of this process. */
const gate = new PixelGate()

/**
 * Runs `work` on every tile of `source` for which `wanted` holds, from reading to writing. `begin` makes what is written
 * to; out of memory halves the tiles and begins again.
 */
export async function inTiles<Result>(
  source: Source,
  begin: () => { result: Result; sink: Sink },
  work: RunTile,
  options: TaskOptions,
  wanted: (tile: Tile) => boolean = () => true,
): Promise<Result> {
  const { network, atOnce, between, signal, mostPixels = Number.POSITIVE_INFINITY } = options
  const usual = roomyTile(network.manifest, options.maxTilePixels)
  const smallest = Math.max(SMALLEST_TILE_PIXELS, (FEWEST_HALOS * haloOf(network.manifest)) ** 2)
  for (let maxTilePixels = usual; ; maxTilePixels /= 2) {
    const { result, sink } = begin()
    try {
      const tiles = planTiles(source.width, source.height, network.manifest, maxTilePixels, atOnce?.())
      const run: RunTile = (values, width, height) => {
        if (width * height > LARGE_TILE_PIXELS) globalThis.gc?.({ type: 'minor' })
        return gate.run(width * height, mostPixels, () => work(values, width, height), signal)
      }
      await runTiled(source, sink, tiles.filter(wanted), run, between, atOnce)
      return result
    } catch (thrown) {
      const retry =
        thrown instanceof LimpidError && thrown.code === 'out-of-memory' && maxTilePixels / 2 >= smallest
      if (!retry) throw thrown
    }
  }
}

/** `inTiles` for a network that gives one number a pixel: [source.height · source.width] of them, checked to be numbers. */
export function planeInTiles(source: Source, work: RunTile, options: TaskOptions): Promise<Float32Array> {
  const { width, height } = source
  const begin = () => {
    const result = new Float32Array(width * height)
    const write: Sink['write'] = (core, values, origin) => {
      requireFinite(values)
      for (let y = 0; y < core.height; y++) {
        const from = (origin.top + y) * origin.width + origin.left
        result.set(values.subarray(from, from + core.width), (core.top + y) * width + core.left)
      }
    }
    return { result, sink: { write } }
  }
  return inTiles(source, begin, work, options)
}

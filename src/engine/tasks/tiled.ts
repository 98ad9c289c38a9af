/** How every task runs its network over a picture: in tiles that are made smaller when memory runs out. */
import { LimpidError } from '../../contract/errors.ts'
import type { Network } from '../models/network.ts'
import { planTiles, type RunTile, runTiled, type Sink, type Source, type Tile } from '../tiling.ts'
import { requireFinite } from './require-finite.ts'

/** What a task is given to compute with. */
export type TaskOptions = {
  network: Network
  /** Largest tile, halo included, px. */
  maxTilePixels: number
  /** Tiles that may be run at a time; one if absent. */
  atOnce?: () => number
  /** Awaited between tiles with the share done, 0..1; throws to cancel. */
  between?: (done: number) => Promise<void> | void
}

/**
 * From here on a tile's arrays (24 bytes a pixel) are worth collecting before the next one's, px. They are young garbage,
 * which takes 1 ms to collect; all of it would take 15.
 */
const LARGE_TILE_PIXELS = 1e6

/** Tiles are not made smaller than this when memory runs out, px. */
const SMALLEST_TILE_PIXELS = 128 * 128

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
  for (let maxTilePixels = options.maxTilePixels; ; maxTilePixels /= 2) {
    const { result, sink } = begin()
    try {
      const { network, atOnce, between } = options
      const tiles = planTiles(source.width, source.height, network.manifest, maxTilePixels, atOnce?.())
      const run: RunTile = (values, width, height) => {
        if (width * height > LARGE_TILE_PIXELS) globalThis.gc?.({ type: 'minor' })
        return work(values, width, height)
      }
      await runTiled(source, sink, tiles.filter(wanted), run, between, atOnce)
      return result
    } catch (thrown) {
      const retry =
        thrown instanceof LimpidError &&
        thrown.code === 'out-of-memory' &&
        maxTilePixels > SMALLEST_TILE_PIXELS
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

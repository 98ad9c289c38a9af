/**
 * Exact tiling: a picture is cut into tiles, each is run with a halo of at least the network's receptive field, and
 * the cores are put together again. The result equals that of the whole picture at once, and memory is bounded by
 * the tile. Two things make it exact: tiles start at multiples of the network's size multiple (so that its strides fall
 * on the same pixels), and what reaches over the picture's edge is the same mirrored picture for every tile.
 */
import { eachAtOnce } from './each-at-once.ts'
import type { ValuesOrigin, Window } from './imaging/raster.ts'

/** What tiling must know of a network. */
export type Geometry = {
  /** Sides must be a multiple of this, px. */
  sizeMultiple: number
  /** How far an output pixel sees to each side, px. */
  receptiveFieldRadius: number
}

/** Around the core of every tile, px. */
export function haloOf({ sizeMultiple, receptiveFieldRadius }: Geometry): number {
  return roundUp(receptiveFieldRadius, sizeMultiple)
}

/** Sides of tiles in halos: below two there is nothing of a tile to keep, at 3.5 a network computes five times what it keeps. */
const USUAL_HALOS = 3.5

/** `maxTilePixels`, or what a network with a large halo needs instead, px. */
export function roomyTile(geometry: Geometry, maxTilePixels: number): number {
  return Math.max(maxTilePixels, (USUAL_HALOS * haloOf(geometry)) ** 2)
}

/** `input` is what the network is run on, `core` the part of it that is kept. Both in picture coordinates, px. */
export type Tile = { input: Window; core: Window }

/** Something to read floats from: [window.height, window.width, channels], mirrored outside. */
export type Source = { width: number; height: number; read(window: Window): Float32Array }
/** Something to write floats to: the core's values stand at `origin` in the tile's block. */
export type Sink = { write(core: Window, values: Float32Array, origin: ValuesOrigin): void }

/** Gives [height, width, channels] for the same. */
export type RunTile = (
  values: Float32Array,
  width: number,
  height: number,
) => Float32Array | Promise<Float32Array>

/** What a pixel more in all is worth beside one more for the worker that ends last: its core may be wanted elsewhere. */
const COST_OF_ALL = 0.02

/**
 * Tiles for a picture, in the order in which they are to be run, none over `maxTilePixels` where that can be had. Of
 * all grids the one that `workers` are done with first, halos included; for one worker, the one with the fewest pixels.
 */
export function planTiles(
  width: number,
  height: number,
  geometry: Geometry,
  maxTilePixels: number,
  workers = 1,
): Tile[] {
  const { sizeMultiple } = geometry
  const halo = haloOf(geometry)
  const paddedWidth = roundUp(width, sizeMultiple)
  const paddedHeight = roundUp(height, sizeMultiple)

  let best: { grid: Grid; cost: number } | null = null
  let smallest: { grid: Grid; size: number } | null = null
  for (let across = 1; across <= paddedWidth / sizeMultiple; across++) {
    const columns = split(paddedWidth, across, sizeMultiple, halo)
    // The fewest rows that keep within the limit; a few more may keep all workers busy to the end.
    const fewest = fewestSpans(paddedHeight, Math.floor(maxTilePixels / widest(columns)), sizeMultiple, halo)
    const most = Math.min(fewest + workers - 1, paddedHeight / sizeMultiple)
    for (let down = fewest; down <= most; down++) {
      const grid = { columns, rows: split(paddedHeight, down, sizeMultiple, halo) }
      const size = widest(columns) * widest(grid.rows)
      if (smallest === null || size < smallest.size) smallest = { grid, size }
      const all = total(columns) * total(grid.rows)
      // No schedule is shorter than an even one: most grids need not be looked at more closely.
      if (size > maxTilePixels || (best && all / workers + COST_OF_ALL * all >= best.cost)) continue
      const cost = lastToEnd(grid, workers) + COST_OF_ALL * all
      if (best === null || cost < best.cost) best = { grid, cost }
    }
    // Still more columns can't be better.
    if (best && (1 / workers + COST_OF_ALL) * total(columns) * paddedHeight > best.cost) break
  }
  const { columns, rows } = (best ?? smallest!).grid
  const tiles = rows.flatMap((row) =>
    columns.map((column) => ({
      input: windowOf(column.inputStart, row.inputStart, column.inputEnd, row.inputEnd),
      core: windowOf(
        column.coreStart,
        row.coreStart,
        Math.min(column.coreEnd, width),
        Math.min(row.coreEnd, height),
      ),
    })),
  )
  return workers > 1 ? tiles.sort((a, b) => area(b.input) - area(a.input)) : tiles
}

/**
 * Runs `network` over `source` tile by tile into `sink`, at most `atOnce()` tiles at a time. `between` is awaited before
 * every tile, with the share of the work done (0..1): the place to report progress, to let messages in, and to throw in
 * order to cancel. When it throws, or a tile fails, no tile runs any more.
 */
export async function runTiled(
  source: Source,
  sink: Sink,
  tiles: readonly Tile[],
  network: RunTile,
  between: (done: number) => Promise<void> | void = () => {},
  atOnce: () => number = () => 1,
): Promise<void> {
  const all = tiles.reduce((sum, tile) => sum + area(tile.input), 0)
  let done = 0
  await eachAtOnce(tiles, atOnce, async ({ input, core }) => {
    await between(done / all)
    const values = await network(source.read(input), input.width, input.height)
    sink.write(core, values, { left: core.left - input.left, top: core.top - input.top, width: input.width })
    done += area(input)
  })
  await between(1)
}

type Grid = { columns: Span[]; rows: Span[] }
type Span = { coreStart: number; coreEnd: number; inputStart: number; inputEnd: number }

/** Pixels until the last of the workers ends, each taking the largest tile that is left. */
function lastToEnd({ columns, rows }: Grid, workers: number): number {
  if (workers === 1) return total(columns) * total(rows)
  const sizes = rows.flatMap((row) => columns.map((column) => length(column) * length(row)))
  const busyUntil = new Float64Array(workers)
  for (const size of sizes.sort((a, b) => b - a)) busyUntil[busyUntil.indexOf(Math.min(...busyUntil))] += size
  return Math.max(...busyUntil)
}

/** `count` spans as even as the multiple allows, over 0..size; the halo stops at the ends. */
function split(size: number, count: number, multiple: number, halo: number): Span[] {
  const units = size / multiple
  return Array.from({ length: count }, (_, i) => {
    const coreStart = multiple * Math.floor((i * units) / count)
    const coreEnd = multiple * Math.floor(((i + 1) * units) / count)
    return {
      coreStart,
      coreEnd,
      inputStart: Math.max(0, coreStart - halo),
      inputEnd: Math.min(size, coreEnd + halo),
    }
  })
}

/** The fewest spans that keep each within `limit`; as many as there are units where none do. */
function fewestSpans(size: number, limit: number, multiple: number, halo: number): number {
  const units = size / multiple
  // Spans at the ends have one halo, those between two: no count under this can do.
  let count = Math.max(1, Math.ceil(size / Math.max(limit, multiple)))
  while (count < units && widest(split(size, count, multiple, halo)) > limit) count++
  return Math.min(count, units)
}

const length = (span: Span) => span.inputEnd - span.inputStart
const widest = (spans: Span[]) => Math.max(...spans.map(length))
const total = (spans: Span[]) => spans.reduce((sum, span) => sum + length(span), 0)
const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple
const area = (window: Window) => window.width * window.height
const windowOf = (left: number, top: number, right: number, bottom: number): Window => ({
  left,
  top,
  width: right - left,
  height: bottom - top,
})

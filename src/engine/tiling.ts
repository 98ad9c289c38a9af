/**
 * Exact tiling: a picture is cut into tiles, each is run with a halo of at least the network's receptive field, and
 * the cores are put together again. The result equals that of the whole picture at once, and memory is bounded by
 * the tile. Two things make it exact: tiles start at multiples of the network's size multiple (so that its strides fall
 * on the same pixels), and what reaches over the picture's edge is the same mirrored picture for every tile.
 */
import type { ValuesOrigin, Window } from './imaging/raster.ts'

/** What tiling must know of a network. */
export type Geometry = {
  /** Sides must be a multiple of this, px. */
  sizeMultiple: number
  /** How far an output pixel sees to each side, px. */
  receptiveFieldRadius: number
}

/** `input` is what the network is run on, `core` the part of it that is kept. Both in picture coordinates, px. */
export type Tile = { input: Window; core: Window }

/** Something to read floats from: [window.height, window.width, channels], mirrored outside. */
export type Source = { width: number; height: number; read(window: Window): Float32Array }
/** Something to write floats to: the core's values stand at `origin` in the tile's block. */
export type Sink = { write(core: Window, values: Float32Array, origin: ValuesOrigin): void }

/**
 * Tiles for a picture, in rows from the top, none over `maxTilePixels` where that can be had. Of all grids the one
 * that computes the fewest pixels, halos included.
 */
export function planTiles(width: number, height: number, geometry: Geometry, maxTilePixels: number): Tile[] {
  const { sizeMultiple } = geometry
  const halo = roundUp(geometry.receptiveFieldRadius, sizeMultiple)
  const paddedWidth = roundUp(width, sizeMultiple)
  const paddedHeight = roundUp(height, sizeMultiple)

  let best: { columns: Span[]; rows: Span[]; cost: number } | null = null
  let smallest: { columns: Span[]; rows: Span[]; size: number } | null = null
  for (let across = 1; across <= paddedWidth / sizeMultiple; across++) {
    const columns = split(paddedWidth, across, sizeMultiple, halo)
    // The fewest rows that keep within the limit: more would only cost more.
    const down = fewestSpans(paddedHeight, Math.floor(maxTilePixels / widest(columns)), sizeMultiple, halo)
    const rows = split(paddedHeight, down, sizeMultiple, halo)
    const size = widest(columns) * widest(rows)
    const cost = total(columns) * total(rows)
    if (size <= maxTilePixels && (best === null || cost < best.cost)) best = { columns, rows, cost }
    if (smallest === null || size < smallest.size) smallest = { columns, rows, size }
    if (best && total(columns) * paddedHeight > best.cost) break // still more columns can't be better
  }
  const { columns, rows } = best ?? smallest!
  return rows.flatMap((row) =>
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
}

/**
 * Runs `network` over `source` tile by tile into `sink`. `network` takes and gives [height, width, channels].
 * `between` is awaited before every tile, with the share of the work done (0..1): the place to report progress, to
 * let messages in, and to throw in order to cancel.
 */
export async function runTiled(
  source: Source,
  sink: Sink,
  tiles: readonly Tile[],
  network: (values: Float32Array, width: number, height: number) => Float32Array,
  between: (done: number) => Promise<void> | void = () => {},
): Promise<void> {
  const all = tiles.reduce((sum, tile) => sum + area(tile.input), 0)
  let done = 0
  for (const { input, core } of tiles) {
    await between(done / all)
    const values = network(source.read(input), input.width, input.height)
    sink.write(core, values, { left: core.left - input.left, top: core.top - input.top, width: input.width })
    done += area(input)
  }
  await between(1)
}

type Span = { coreStart: number; coreEnd: number; inputStart: number; inputEnd: number }

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

const widest = (spans: Span[]) => Math.max(...spans.map((span) => span.inputEnd - span.inputStart))
const total = (spans: Span[]) => spans.reduce((sum, span) => sum + span.inputEnd - span.inputStart, 0)
const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple
const area = (window: Window) => window.width * window.height
const windowOf = (left: number, top: number, right: number, bottom: number): Window => ({
  left,
  top,
  width: right - left,
  height: bottom - top,
})

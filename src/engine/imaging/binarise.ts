/**
 * A grey page → black writing on white paper.
 *
 * Otsu ("A threshold selection method from gray-level histograms", 1979): the one threshold that parts the histogram
 * into the two most different classes. Sauvola and Pietikäinen ("Adaptive document image binarization", 2000): a
 * threshold for each pixel from mean and deviation around it, which stands uneven light.
 */
import type { Binarisation } from '../../contract/step.ts'
import { createRaster, maxSample, type Raster, reflect, type Samples } from './raster.ts'

/** `raster` is grey. The result has its depth and alpha, and samples that are 0 or white. */
export function binarise(raster: Raster, method: Binarisation): Raster {
  const { width, height, depth, alpha, samples } = raster
  const binary: Raster = { ...createRaster(width, height, 1, depth), alpha }
  const white = maxSample(depth)
  if (method === 'otsu') {
    const threshold = otsuThreshold(samples, depth)
    for (let i = 0; i < samples.length; i++) binary.samples[i] = samples[i] <= threshold ? 0 : white
  } else sauvola(raster, binary.samples)
  return binary
}

/** The largest sample that is black. */
export function otsuThreshold(samples: Samples, depth: 8 | 16): number {
  // 256 classes tell as much as 65536 do.
  const shift = depth - 8
  const histogram = new Float64Array(256)
  for (let i = 0; i < samples.length; i++) histogram[samples[i] >> shift]++
  const total = samples.length
  const all = histogram.reduce((sum, count, level) => sum + level * count, 0)
  let below = 0
  let sumBelow = 0
  let best = { between: -1, level: 0 }
  for (let level = 0; level < 255; level++) {
    below += histogram[level]
    sumBelow += level * histogram[level]
    if (below === 0 || below === total) continue
    const difference = sumBelow / below - (all - sumBelow) / (total - below)
    const between = below * (total - below) * difference ** 2
    if (between > best.between) best = { between, level }
  }
  return ((best.level + 1) << shift) - 1
}

/** Their own values: the window's side in px, how far the threshold falls in flat paper, the deviation's full range. */
const SIDE = 25
const K = 0.2
const FULL_DEVIATION = 0.5

/** Sums of a window's columns slide down, sums of the window slide along: memory is a row's, whatever the window. */
function sauvola({ samples, width, height, depth }: Raster, out: Samples): void {
  const white = maxSample(depth)
  const radius = SIDE >> 1
  const count = SIDE * SIDE
  const columnSum = new Float64Array(width)
  const columnSquare = new Float64Array(width)
  const addRow = (row: number, sign: 1 | -1) => {
    const from = reflect(row, height) * width
    for (let x = 0; x < width; x++) {
      const value = samples[from + x] / white
      columnSum[x] += sign * value
      columnSquare[x] += sign * value * value
    }
  }
  for (let row = -radius; row < radius; row++) addRow(row, 1)
  for (let y = 0; y < height; y++) {
    addRow(y + radius, 1)
    let sum = 0
    let square = 0
    const addColumn = (column: number, sign: 1 | -1) => {
      const x = reflect(column, width)
      sum += sign * columnSum[x]
      square += sign * columnSquare[x]
    }
    for (let column = -radius; column < radius; column++) addColumn(column, 1)
    for (let x = 0; x < width; x++) {
      addColumn(x + radius, 1)
      const mean = sum / count
      const deviation = Math.sqrt(Math.max(0, square / count - mean * mean))
      const threshold = mean * (1 + K * (deviation / FULL_DEVIATION - 1))
      out[y * width + x] = samples[y * width + x] / white <= threshold ? 0 : white
      addColumn(x - radius, -1)
    }
    addRow(y - radius, -1)
  }
}

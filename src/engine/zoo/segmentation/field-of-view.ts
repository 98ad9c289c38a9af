/**
 * The round field of view of a fundus camera, found in the picture itself: where it is brighter than the black around
 * it, filled to the far ends of each row and column.
 */

/** Of a picture [height, width, 3], 8-bit: 1 inside, 0 outside, [height, width]. */
export function fieldOfView(samples: Uint8Array, width: number, height: number): Uint8Array {
  // Red is the brightest channel of an eye's ground; the mean of 5 × 5 px takes the sensor's noise out of the black.
  const bright = new Uint8Array(width * height)
  const red = boxSums(samples, width, height)
  const limit = THRESHOLD * (2 * RADIUS + 1) ** 2
  for (let i = 0; i < bright.length; i++) bright[i] = red[i] > limit ? 1 : 0

  const rows = extents(height, width, (row, i) => bright[row * width + i])
  const columns = extents(width, height, (column, i) => bright[i * width + column])
  const inside = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const within = x >= rows[y].first && x <= rows[y].last && y >= columns[x].first && y <= columns[x].last
      inside[y * width + x] = within ? 1 : 0
    }
  }
  return inside
}

/** 8-bit. */
const THRESHOLD = 40
const RADIUS = 2

/** Sums of red over (2 · RADIUS + 1)² px, the edge pixels repeated. */
function boxSums(samples: Uint8Array, width: number, height: number): Float32Array {
  const across = new Float32Array(width * height)
  const sums = new Float32Array(width * height)
  const at = (index: number, size: number) => Math.max(0, Math.min(size - 1, index))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let d = -RADIUS; d <= RADIUS; d++)
        across[y * width + x] += samples[3 * (y * width + at(x + d, width))]
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let d = -RADIUS; d <= RADIUS; d++) sums[y * width + x] += across[at(y + d, height) * width + x]
    }
  }
  return sums
}

/** Of each line the first and the last bright place; of one without any, an empty span. */
function extents(lines: number, length: number, bright: (line: number, at: number) => number) {
  return Array.from({ length: lines }, (_, line) => {
    let first = 0
    let last = length - 1
    while (first < length && bright(line, first) === 0) first++
    while (last >= first && bright(line, last) === 0) last--
    return { first, last }
  })
}

/**
 * A smooth first guess for what holes hide: every pixel of it the mean of its four neighbours, a membrane stretched over
 * the hole (Laplace's equation). Found by cascadic multigrid (Bornemann & Deuflhard 1996): the pull-push algorithm
 * (Gortler et al. 1996, "The Lumigraph") goes from coarse to fine, and each level is relaxed on the way. Pull: each level
 * of a pyramid is the mean of what is known in 2×2 pixels. Push: what is not known is taken from the coarser level,
 * bilinearly. A network that starts from it has only to add what is sharp.
 */

type Level = { values: Float32Array; known: Float32Array; width: number; height: number }

/**
 * Fills in place. `values`: [height · width · stride], the first `channels` of each pixel are the picture's; `isHole`:
 * whether pixel i is one. A picture that is one hole becomes middle grey.
 */
export function fillHoles(
  values: Float32Array,
  isHole: (pixel: number) => boolean,
  {
    width,
    height,
    channels,
    stride = channels,
  }: { width: number; height: number; channels: number; stride?: number },
): void {
  const pixels = width * height
  const known = new Float32Array(pixels)
  const finest = new Float32Array(pixels * channels)
  for (let i = 0; i < pixels; i++) {
    known[i] = isHole(i) ? 0 : 1
    for (let c = 0; c < channels; c++) finest[i * channels + c] = values[i * stride + c]
  }
  pullPush({ values: finest, known, width, height }, channels)
  for (let i = 0; i < pixels; i++) {
    if (known[i] > 0) continue
    for (let c = 0; c < channels; c++) values[i * stride + c] = finest[i * channels + c]
  }
}

function pullPush(level: Level, channels: number): void {
  const { values, known, width, height } = level
  if (known.every((share) => share === 1)) return
  if (width === 1 && height === 1) {
    if (known[0] === 0) values.fill(0.5)
    return
  }
  const coarse = pull(level, channels)
  pullPush(coarse, channels)
  push(coarse, level, channels)
  relax(level, channels)
}

/** Sweeps of a level, and how far each goes beyond the mean of the neighbours (successive over-relaxation, Young 1950). */
const SWEEPS = 8
const OVER_RELAXATION = 1.5

function relax({ values, known, width, height }: Level, channels: number): void {
  const holes = holesOf(known)
  const step = (pixel: number) => {
    const x = pixel % width
    const left = x > 0 ? pixel - 1 : pixel
    const right = x < width - 1 ? pixel + 1 : pixel
    const above = pixel >= width ? pixel - width : pixel
    const below = pixel < width * (height - 1) ? pixel + width : pixel
    for (let c = 0; c < channels; c++) {
      const at = pixel * channels + c
      const sum =
        values[left * channels + c] +
        values[right * channels + c] +
        values[above * channels + c] +
        values[below * channels + c]
      values[at] += OVER_RELAXATION * (sum / 4 - values[at])
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    // To and fro, or values would drift along with the sweep.
    if (sweep % 2 === 0) for (let i = 0; i < holes.length; i++) step(holes[i])
    else for (let i = holes.length - 1; i >= 0; i--) step(holes[i])
  }
}

/** Their indices: an ordinary array of them ends at 134 million, and lies on V8's heap. */
function holesOf(known: Float32Array): Uint32Array {
  let count = 0
  for (let i = 0; i < known.length; i++) if (known[i] === 0) count++
  const holes = new Uint32Array(count)
  count = 0
  for (let i = 0; i < known.length; i++) if (known[i] === 0) holes[count++] = i
  return holes
}

function pull({ values, known, width, height }: Level, channels: number): Level {
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)]
  const coarse: Level = {
    values: new Float32Array(halfWidth * halfHeight * channels),
    known: new Float32Array(halfWidth * halfHeight),
    width: halfWidth,
    height: halfHeight,
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [y * width + x, (y >> 1) * halfWidth + (x >> 1)]
      const weight = known[from]
      coarse.known[to] += weight
      for (let c = 0; c < channels; c++)
        coarse.values[to * channels + c] += weight * values[from * channels + c]
    }
  }
  for (let i = 0; i < coarse.known.length; i++) {
    const weight = coarse.known[i]
    if (weight === 0) continue
    for (let c = 0; c < channels; c++) coarse.values[i * channels + c] /= weight
    coarse.known[i] = Math.min(1, weight)
  }
  return coarse
}

function push(coarse: Level, { values, known, width, height }: Level, channels: number): void {
  for (let y = 0; y < height; y++) {
    const [top, bottom, down] = between(y, coarse.height)
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      if (known[at] === 1) continue
      const [left, right, along] = between(x, coarse.width)
      const corner = (row: number, column: number, c: number) =>
        coarse.values[(row * coarse.width + column) * channels + c]
      for (let c = 0; c < channels; c++) {
        const above = (1 - along) * corner(top, left, c) + along * corner(top, right, c)
        const below = (1 - along) * corner(bottom, left, c) + along * corner(bottom, right, c)
        const guess = (1 - down) * above + down * below
        values[at * channels + c] = known[at] * values[at * channels + c] + (1 - known[at]) * guess
      }
    }
  }
}

/** The coarse pixels on both sides of a fine one's centre, and how far it is on the way to the second. */
function between(fine: number, size: number): [number, number, number] {
  const centre = Math.min(size - 1, Math.max(0, (fine + 0.5) / 2 - 0.5))
  const first = Math.floor(centre)
  return [first, Math.min(size - 1, first + 1), centre - first]
}

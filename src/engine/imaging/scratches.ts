/**
 * Finds scratches and creases: thin lines, brighter or darker than both sides of them, that go straight for a while.
 * Classical line detection, no network: for each direction, a pixel is a ridge where it stands out from both its sides
 * (an edge stands out from one) and those sides are calm (stripes and fabric are not), and a line is where most pixels
 * along a segment are ridges of that direction. Broad scratches of large scans are thin in the same picture made smaller.
 * Wires, masts and single hairs look the same, and are found too.
 */
import { lumaAt } from './luma.ts'
import { noiseMap } from './noise-map.ts'
import { createRaster, maxSample, type Raster, reflect } from './raster.ts'

const DIRECTIONS = 16
/** px from a ridge to its sides; so a line may be some 5 px wide. */
const SIDE = 3
/** px to each end of a segment. */
const REACH = 15
/** Of a segment's pixels that must be ridges; where a line that is found goes on, fewer will do (Canny's hysteresis). */
const RIDGE_SHARE = 0.7
const RIDGE_SHARE_GOING_ON = 0.5
/** px that a line may be broken for. */
const GAP = 2
/** How far a ridge stands out, 0..1; in a noisy picture so many deviations of the noise. */
const LEAST_CONTRAST = 0.06
const LEAST_DEVIATIONS = 2.5
/** A side may change over its next 3 px by so much of the ridge's contrast. */
const CALM = 0.6
/** The picture is made smaller while its long side stays above this, px. */
const SMALLEST_LONG_SIDE = 1000
const MARGIN = REACH + 2 * SIDE

/** A mask of the picture's size: grey, 8 bit, 255 where there is a scratch. */
export function findScratches(raster: Raster): Raster {
  const mask = createRaster(raster.width, raster.height, 1, 8)
  const contrast = leastContrast(raster)
  let level = levelOf(raster)
  for (let factor = 1; ; factor *= 2) {
    // Averaging four pixels halves the noise.
    const lines = findLines(level, Math.max(LEAST_CONTRAST, contrast / factor))
    spread(lines, level, mask, factor)
    if (Math.max(level.width, level.height) < 2 * SMALLEST_LONG_SIDE) return mask
    level = halved(level)
  }
}

/** Luma, [height, width], 0..1. */
type Level = { width: number; height: number; luma: Float32Array }

function leastContrast(raster: Raster): number {
  const sigmas = noiseMap(raster)?.sigma.toSorted()
  return sigmas ? (LEAST_DEVIATIONS * sigmas[sigmas.length >> 1]) / 255 : 0
}

function levelOf({ width, height, channels, depth, samples }: Raster): Level {
  const white = maxSample(depth)
  const luma = new Float32Array(width * height)
  for (let i = 0; i < luma.length; i++) {
    luma[i] = (channels === 1 ? samples[i] : lumaAt(samples, 3 * i)) / white
  }
  return { width, height, luma }
}

function halved({ width, height, luma }: Level): Level {
  const half = { width: width >> 1, height: height >> 1 }
  const small = new Float32Array(half.width * half.height)
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const at = 2 * (y * width + x)
      small[y * half.width + x] = (luma[at] + luma[at + 1] + luma[at + width] + luma[at + width + 1]) / 4
    }
  }
  return { ...half, luma: small }
}

const BRIGHT = 1
const DARK = 2

/** [height, width]: 1 where a line is. */
function findLines(level: Level, contrast: number): Uint8Array {
  const { width, height } = level
  const padded = pad(level)
  const stride = width + 2 * MARGIN
  const lines = new Uint8Array(padded.length)
  const ridges = new Uint8Array(padded.length)
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    const angle = (Math.PI * direction) / DIRECTIONS
    const normal = offset(-Math.sin(angle), Math.cos(angle), SIDE, stride)
    const farther = offset(-Math.sin(angle), Math.cos(angle), 2 * SIDE, stride)
    const along = Int32Array.from({ length: 2 * REACH + 1 }, (_, i) =>
      offset(Math.cos(angle), Math.sin(angle), i - REACH, stride),
    )
    markRidges(padded, ridges, stride, normal, farther, contrast)
    markLines(ridges, lines, along, BRIGHT)
    markLines(ridges, lines, along, DARK)
  }
  followLines(lines, stride)
  const found = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const from = (y + MARGIN) * stride + MARGIN
    for (let x = 0; x < width; x++) found[y * width + x] = lines[from + x] === LINE ? 1 : 0
  }
  return found
}

/** Mirrored at its edges, so that no offset needs a check. */
function pad({ width, height, luma }: Level): Float32Array {
  const stride = width + 2 * MARGIN
  const padded = new Float32Array(stride * (height + 2 * MARGIN))
  const columns = Int32Array.from({ length: stride }, (_, x) => reflect(x - MARGIN, width))
  for (let y = 0; y < height + 2 * MARGIN; y++) {
    const row = reflect(y - MARGIN, height) * width
    for (let x = 0; x < stride; x++) padded[y * stride + x] = luma[row + columns[x]]
  }
  return padded
}

/** From a pixel to the one that lies `distance` px in that direction, in a picture whose rows are `stride` long. */
function offset(x: number, y: number, distance: number, stride: number): number {
  return Math.round(y * distance) * stride + Math.round(x * distance)
}

function markRidges(
  luma: Float32Array,
  ridges: Uint8Array,
  stride: number,
  normal: number,
  farther: number,
  contrast: number,
): void {
  ridges.fill(0)
  const margin = 2 * SIDE * (stride + 1)
  for (let i = margin; i < luma.length - margin; i++) {
    const left = luma[i + normal]
    const right = luma[i - normal]
    const toLeft = luma[i] - left
    const toRight = luma[i] - right
    const bright = toLeft > contrast && toRight > contrast
    const dark = toLeft < -contrast && toRight < -contrast
    if (!bright && !dark) continue
    const most = CALM * Math.min(Math.abs(toLeft), Math.abs(toRight))
    const calm = Math.abs(luma[i + farther] - left) < most && Math.abs(luma[i - farther] - right) < most
    if (calm) ridges[i] = bright ? BRIGHT : DARK
  }
}

const MAYBE = 1
const LINE = 2

/** Segments that are mostly ridges mark their ridges, so that a line is found to its ends; others may be its going on. */
function markLines(ridges: Uint8Array, lines: Uint8Array, along: Int32Array, kind: number): void {
  const enough = Math.ceil(RIDGE_SHARE * along.length)
  const enoughToGoOn = Math.ceil(RIDGE_SHARE_GOING_ON * along.length)
  const margin = Math.abs(along[0])
  for (let i = margin; i < ridges.length - margin; i++) {
    if (ridges[i] !== kind) continue
    let count = 0
    for (let k = 0; k < along.length; k++) if (ridges[i + along[k]] === kind) count++
    if (count >= enough) {
      for (let k = 0; k < along.length; k++) if (ridges[i + along[k]] === kind) lines[i + along[k]] = LINE
    } else if (count >= enoughToGoOn && lines[i] === 0) lines[i] = MAYBE
  }
}

/** What may be a line and hangs together with one is one. */
function followLines(lines: Uint8Array, stride: number): void {
  const open: number[] = []
  for (let i = 0; i < lines.length; i++) if (lines[i] === LINE) open.push(i)
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (let y = -GAP; y <= GAP; y++) {
      for (let x = -GAP; x <= GAP; x++) {
        const near = at + y * stride + x
        if (lines[near] !== MAYBE) continue
        lines[near] = LINE
        open.push(near)
      }
    }
  }
}

/** Draws what was found at `1 / factor` of the size into the mask, with 2 px around it there: a line's soft edges. */
function spread(lines: Uint8Array, { width, height }: Level, mask: Raster, factor: number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (lines[y * width + x] === 0) continue
      const top = Math.max(0, (y - 2) * factor)
      const bottom = Math.min(mask.height, (y + 3) * factor)
      const left = Math.max(0, (x - 2) * factor)
      const right = Math.min(mask.width, (x + 3) * factor)
      for (let row = top; row < bottom; row++) {
        mask.samples.fill(255, row * mask.width + left, row * mask.width + right)
      }
    }
  }
}

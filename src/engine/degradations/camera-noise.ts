/**
 * Noise as a camera's JPEGs have it: Poisson–Gaussian on a Bayer mosaic, then what the camera does to it.
 *
 * The picture is taken back to the sensor as in "Unprocessing Images for Learned Raw Denoising" (Brooks et al.
 * 2019): tone curve and gamma inverted, colour matrix and white balance undone. There each photosite gets noise of
 * variance shot · signal + read. Only the noise then goes the way to the picture: a bilinear demosaic makes
 * neighbours alike, white balance and colour matrix mix its channels, the tone curve makes it depend on the
 * brightness, and the camera's own noise filter and sharpening colour it further. Demosaicing is linear, so no
 * detail of the picture itself is lost on that way, and a net that learns to undo this learns no sharpening.
 */
import type { DegradationSpec } from '../../contract/degradations.ts'
import type { Random } from '../random.ts'
import { readAt, toneCurve } from './camera-tone.ts'
import type { Degradation, Patch } from './degradation.ts'
import { gaussianBlur } from './gaussian-blur.ts'

type Spec = Extract<DegradationSpec, { kind: 'camera-noise' }>

/** `shot` and `read` are variances at the sensor, for a signal of 0..1: shot · signal + read. */
type NoiseLevel = { shot: number; read: number }

/** Row-major 3 × 3. */
type Matrix = readonly number[]

export const cameraNoise: Degradation<Spec> = {
  kind: 'camera-noise',
  apply(patch, spec, random) {
    const level = drawLevel(spec.shot, random)
    if (level.shot === 0) return patch
    return addCameraNoise(patch, level, spec, random)
  },
}

/** Shot noise log-uniform, read noise following it: the relation that Brooks et al. measured on the DND cameras. */
function drawLevel([low, high]: Spec['shot'], random: Random): NoiseLevel {
  if (high === 0) return { shot: 0, read: 0 }
  const logShot = random.between(Math.log(Math.max(low, 1e-6)), Math.log(high))
  return { shot: Math.exp(logShot), read: Math.exp(2.18 * logShot + 1.2 + 0.26 * normal(random)) }
}

function addCameraNoise(patch: Patch, level: NoiseLevel, spec: Spec, random: Random): Patch {
  const { width, height, channels, values } = patch
  const pixels = width * height
  const tone = toneCurve(random.uniform())
  const linear = new Float32Array(3 * pixels)
  for (let i = 0; i < linear.length; i++) {
    linear[i] = readAt(tone.inverse, values[channels === 3 ? i : (i / 3) | 0])
  }
  const cameraToLinear = drawCamera(random)
  const phase = random.below(4)
  const mosaic = mosaicNoise(linear, width, height, invert(cameraToLinear), phase, level, random)
  const noise = demosaic(mosaic, width, height, phase) // [h, w, 3], camera colours

  // The difference that the noise makes in the picture, as luma and two colour differences: planes of [h, w].
  const luma = new Float32Array(pixels)
  const red = new Float32Array(pixels)
  const blue = new Float32Array(pixels)
  for (let i = 0; i < pixels; i++) {
    const at = 3 * i
    const [r, g, b] = [noise[at], noise[at + 1], noise[at + 2]]
    const difference = (c: number) => {
      const m = 3 * c
      const clean = linear[at + c]
      const noisy = clean + cameraToLinear[m] * r + cameraToLinear[m + 1] * g + cameraToLinear[m + 2] * b
      return readAt(tone.forward, noisy) - readAt(tone.forward, clean)
    }
    const [dr, dg, db] = [difference(0), difference(1), difference(2)]
    luma[i] = 0.299 * dr + 0.587 * dg + 0.114 * db
    red[i] = dr - luma[i]
    blue[i] = db - luma[i]
  }

  const y = sharpened(
    gaussianBlur(luma, width, height, random.between(...spec.lumaSmoothing)),
    width,
    height,
    random.between(...spec.sharpening),
  )
  const chromaSmoothing = random.between(...spec.chromaSmoothing)
  const out = new Float32Array(values.length)
  if (channels === 1) {
    for (let i = 0; i < pixels; i++) out[i] = clamp(values[i] + y[i])
    return { ...patch, values: out }
  }
  const u = gaussianBlur(red, width, height, chromaSmoothing)
  const v = gaussianBlur(blue, width, height, chromaSmoothing)
  for (let i = 0; i < pixels; i++) {
    const at = 3 * i
    out[at] = clamp(values[at] + y[i] + u[i])
    out[at + 1] = clamp(values[at + 1] + y[i] - (0.299 * u[i] + 0.114 * v[i]) / 0.587)
    out[at + 2] = clamp(values[at + 2] + y[i] + v[i])
  }
  return { ...patch, values: out }
}

/**
 * A camera: camera colours → linear picture colours, white balance included. The gains are those of Brooks et al.;
 * the colour matrix is drawn around those that raw converters have for consumer cameras. Its rows sum to 1, so that
 * white stays white.
 */
function drawCamera(random: Random): Matrix {
  const exposure = 1 / (0.8 + 0.1 * Math.max(-2, Math.min(2, normal(random))))
  const gains = [exposure * random.between(1.9, 2.4), exposure, exposure * random.between(1.5, 1.9)]
  const [rg, rb] = [random.between(-0.9, -0.3), random.between(-0.25, 0.1)]
  const [gr, gb] = [random.between(-0.35, -0.05), random.between(-0.6, -0.2)]
  const [br, bg] = [random.between(-0.1, 0.15), random.between(-0.8, -0.3)]
  const colours = [1 - rg - rb, rg, rb, gr, 1 - gr - gb, gb, br, bg, 1 - br - bg]
  return colours.map((value, i) => value * gains[i % 3])
}

/** Noise of each photosite, [h, w]: its variance follows what the site's own colour saw. */
function mosaicNoise(
  linear: Float32Array,
  width: number,
  height: number,
  toCamera: Matrix,
  phase: number,
  { shot, read }: NoiseLevel,
  random: Random,
): Float32Array {
  const noise = new Float32Array(width * height)
  random.fillGaussian(noise)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const m = 3 * siteColour(x, y, phase)
      const at = 3 * i
      const signal =
        toCamera[m] * linear[at] + toCamera[m + 1] * linear[at + 1] + toCamera[m + 2] * linear[at + 2]
      noise[i] *= Math.sqrt(shot * Math.max(0, signal) + read)
    }
  }
  return noise
}

/** 0 red, 1 green, 2 blue, of a Bayer mosaic that begins at one of its four places. */
function siteColour(x: number, y: number, phase: number): number {
  const column = (x + phase) & 1
  const row = (y + (phase >> 1)) & 1
  return row === 0 ? (column === 0 ? 0 : 1) : column === 0 ? 1 : 2
}

/** Bilinear: a missing colour is the mean of its nearest sites. [h, w] → [h, w, 3]. */
function demosaic(mosaic: Float32Array, width: number, height: number, phase: number): Float32Array {
  const out = new Float32Array(3 * width * height)
  for (let y = 0, i = 0; y < height; y++) {
    // Mirrored without the edge itself, which keeps the colours of the mosaic in step.
    const above = (y === 0 ? Math.min(1, height - 1) : y - 1) * width
    const below = (y === height - 1 ? Math.max(0, height - 2) : y + 1) * width
    const here = y * width
    for (let x = 0; x < width; x++, i++) {
      const left = x === 0 ? Math.min(1, width - 1) : x - 1
      const right = x === width - 1 ? Math.max(0, width - 2) : x + 1
      const own = siteColour(x, y, phase)
      const sides = (mosaic[here + left] + mosaic[here + right]) / 2
      const stacked = (mosaic[above + x] + mosaic[below + x]) / 2
      const at = 3 * i
      out[at + own] = mosaic[i]
      if (own === 1) {
        const beside = siteColour(x + 1, y, phase)
        out[at + beside] = sides
        out[at + 2 - beside] = stacked
      } else {
        out[at + 1] = (sides + stacked) / 2
        const corners = mosaic[above + left] + mosaic[above + right] + mosaic[below + left]
        out[at + 2 - own] = (corners + mosaic[below + right]) / 4
      }
    }
  }
  return out
}

/** Unsharp masking, as a camera sharpens. */
function sharpened(plane: Float32Array, width: number, height: number, amount: number): Float32Array {
  if (amount === 0) return plane
  const soft = gaussianBlur(plane, width, height, 1)
  return plane.map((value, i) => value + amount * (value - soft[i]))
}

function invert([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  const cofactors = [e * i - f * h, c * h - b * i, b * f - c * e]
  const determinant = a * cofactors[0] + d * cofactors[1] + g * cofactors[2]
  return [
    ...cofactors,
    ...[f * g - d * i, a * i - c * g, c * d - a * f],
    ...[d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((value) => value / determinant)
}

function normal(random: Random): number {
  const one = new Float32Array(1)
  random.fillGaussian(one)
  return one[0]
}

const clamp = (value: number) => Math.max(0, Math.min(1, value))

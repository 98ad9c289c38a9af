/**
 * Filling in: what a mask covers (scratches, dust, whatever is to go) is computed from what is around it. The network is
 * given the picture with its holes filled smoothly (imaging/fill-holes.ts), and the mask as a fourth channel. Whatever lies outside the mask is not
 * touched: it comes out to the bit as it went in.
 */
import { basename } from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { ResolvedStep } from '../../contract/step.ts'
import { decodePicture } from '../imaging/decode.ts'
import { fillHoles } from '../imaging/fill-holes.ts'
import { greyAsRgb, lumaAt } from '../imaging/luma.ts'
import {
  createRaster,
  maxSample,
  type Raster,
  readWindow,
  type ValuesOrigin,
  type Window,
} from '../imaging/raster.ts'
import { greyOf } from './colourise.ts'
import { findScratches } from './find-scratches.ts'
import { greyStaysGrey } from './grey-stays-grey.ts'
import { requireFinite } from './require-finite.ts'
import { requireNotBlack } from './require-not-black.ts'
import type { Task } from './task.ts'
import { inTiles, type TaskOptions } from './tiled.ts'

type MaskWish = Extract<ResolvedStep, { task: 'inpaint' }>['mask']

export const inpaint: Task<'inpaint'> = greyStaysGrey({
  label: 'Filling in',
  first: {
    folder: ({ mask }) => (mask.kind === 'scratches' ? mask.finder : null),
    find: findScratches,
  },
  async run(raster, { mask, strength }, options, found) {
    const holes = mask.kind === 'scratches' ? found! : await readMask(mask, raster)
    return fillIn(raster, holes, strength, options)
  },
})

/** `mask`: grey, 8 bit, of the picture's size; holes are 255, all else 0. */
export function fillIn(
  raster: Raster,
  mask: Raster,
  strength: number,
  options: TaskOptions,
): Promise<Raster> {
  const { width, height, channels } = raster
  const guess = smoothlyFilled(raster, mask)
  const read = (window: Window) => {
    const values = readWindow(guess, window)
    return withMask(channels === 1 ? greyAsRgb(values) : values, readWindow(mask, window))
  }
  return inTiles(
    { width, height, read },
    () => {
      const result: Raster = { ...raster, samples: raster.samples.slice() }
      return {
        result,
        sink: {
          write: (core, values, origin) => writeHoles(result, mask, core, values, origin, strength),
        },
      }
    },
    async (values, tileWidth, tileHeight) => {
      const filled = await options.network.run(values, tileWidth, tileHeight, 4)
      requireNotBlack(values, filled)
      return filled
    },
    options,
    ({ core }) => hasHoles(mask, core),
  )
}

/** The whole picture at once, so that tiles agree on what they start from. */
function smoothlyFilled(raster: Raster, mask: Raster): Raster {
  const { width, height, channels } = raster
  const whole = { left: 0, top: 0, width, height }
  if (!hasHoles(mask, whole)) return raster
  const values = readWindow(raster, whole)
  const isHole = (pixel: number) => mask.samples[pixel] === 255
  fillHoles(values, isHole, { width, height, channels })
  const samples = raster.samples.slice()
  const white = maxSample(raster.depth)
  for (let i = 0; i < samples.length; i++) {
    if (isHole(Math.floor(i / channels))) samples[i] = Math.round(white * values[i])
  }
  return { ...raster, samples }
}

/** [pixels, 3] and [pixels] → [pixels, 4]: RGB, and 1 where holes are. */
function withMask(rgb: Float32Array, mask: Float32Array): Float32Array {
  const values = new Float32Array(mask.length * 4)
  for (let i = 0; i < mask.length; i++) {
    values.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i)
    values[4 * i + 3] = mask[i] > 0.5 ? 1 : 0
  }
  return values
}

function hasHoles({ samples, width }: Raster, core: Window): boolean {
  for (let y = core.top; y < core.top + core.height; y++) {
    const from = y * width + core.left
    if (samples.subarray(from, from + core.width).includes(255)) return true
  }
  return false
}

function writeHoles(
  result: Raster,
  mask: Raster,
  core: Window,
  values: Float32Array,
  origin: ValuesOrigin,
  strength: number,
): void {
  requireFinite(values)
  const { samples, channels, width } = result
  const white = maxSample(result.depth)
  for (let y = 0; y < core.height; y++) {
    for (let x = 0; x < core.width; x++) {
      const pixel = (core.top + y) * width + core.left + x
      if (mask.samples[pixel] !== 255) continue
      const from = 3 * ((origin.top + y) * origin.width + origin.left + x)
      for (let c = 0; c < channels; c++) {
        const filled = channels === 1 ? lumaAt(values, from) : values[from + c]
        const clipped = Math.min(1, Math.max(0, filled))
        const at = pixel * channels + c
        samples[at] = Math.round(samples[at] + strength * (clipped * white - samples[at]))
      }
    }
  }
}

/** What is brighter than middle grey in the mask's picture, and less than half transparent. */
async function readMask({ path }: Extract<MaskWish, { kind: 'file' }>, picture: Raster): Promise<Raster> {
  const { raster } = await decodePicture(path)
  const refused = (message: string, hint: string) =>
    new LimpidError('bad-request', message, { hint, file: path })
  const { width, height } = picture
  if (raster.width !== width || raster.height !== height) {
    throw refused(
      `The mask ${basename(path)} has ${raster.width} × ${raster.height} px, its picture ${width} × ${height} px.`,
      'Make the mask of the same size as the picture: white where it is to be filled in.',
    )
  }
  const grey = raster.channels === 1 ? raster : greyOf(raster)
  const half = maxSample(grey.depth) / 2
  const mask = createRaster(width, height, 1, 8)
  let holes = 0
  for (let i = 0; i < mask.samples.length; i++) {
    // Editors export masks whose transparent pixels are white.
    if (grey.samples[i] <= half || (grey.alpha && grey.alpha[i] < half)) continue
    mask.samples[i] = 255
    holes++
  }
  const hint = 'Make the mask white where it is to be filled in, and black or transparent elsewhere.'
  if (holes === 0) throw refused(`The mask ${basename(path)} covers nothing of its picture.`, hint)
  if (holes < mask.samples.length) return mask
  throw refused(
    `The mask ${basename(path)} covers all of its picture: nothing is left to fill it in from.`,
    hint,
  )
}

/** A subject cut out: mask × picture. */
import { createRaster, maxSample, type Raster } from '../../imaging/raster.ts'
import { asEightBitRgb } from '../../imaging/sample-layout.ts'
import { requireFinite } from '../../tasks/require-finite.ts'
import type { Between, Segmenter } from './segment.ts'

/** What stands where the subject is not. */
export type Background = 'transparent' | 'black' | 'white'

export type CutOut = {
  /** Of the picture's own size, depth and channels. */
  picture: Raster
  /** Grey, 8-bit: white is the subject. */
  mask: Raster
  /** Of the pixels, 0..1: how many are the subject's. */
  share: number
}

export async function cutOut(
  raster: Raster,
  segmenter: Segmenter,
  background: Background,
  between?: Between,
): Promise<CutOut> {
  const { width, height } = raster
  const probability = await segmenter.probability({ width, height, samples: asEightBitRgb(raster) }, between)
  requireFinite(probability)
  const opacity = probability.map(soften)
  const mask = createRaster(width, height, 1, 8)
  let subject = 0
  opacity.forEach((value, i) => {
    mask.samples[i] = 255 * value + 0.5
    if (value > 0.5) subject++
  })
  const picture = background === 'transparent' ? veil(raster, opacity) : cover(raster, opacity, background)
  return { picture, mask, share: subject / (width * height) }
}

/** Doubt of up to a quarter is none: no ghost of the ground is left, and the edge stays soft. */
function soften(probability: number): number {
  return Math.max(0, Math.min(1, 2 * probability - 0.5))
}

/** What is transparent already stays it. */
function veil(raster: Raster, opacity: Float32Array): Raster {
  const max = maxSample(raster.depth)
  const alpha = raster.depth === 8 ? new Uint8Array(opacity.length) : new Uint16Array(opacity.length)
  for (let i = 0; i < alpha.length; i++) alpha[i] = opacity[i] * (raster.alpha?.[i] ?? max) + 0.5
  return { ...raster, alpha }
}

function cover(raster: Raster, opacity: Float32Array, background: 'black' | 'white'): Raster {
  const { samples, channels, depth } = raster
  const ground = background === 'white' ? maxSample(depth) : 0
  const covered = depth === 8 ? new Uint8Array(samples.length) : new Uint16Array(samples.length)
  for (let i = 0; i < samples.length; i++)
    covered[i] = ground + opacity[Math.floor(i / channels)] * (samples[i] - ground) + 0.5
  return { ...raster, samples: covered }
}

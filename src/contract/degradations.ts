/** How pictures get worse, as recipes say it. A range is drawn from uniformly for each patch, unless it says otherwise. */
import { z } from 'zod'
import { amountRange, jpegQualityRange, shareRange, sizeRange } from './recipe-parts.ts'
import { scaleSchema } from './step.ts'

const share = z.number().min(0).max(1)

const plainDegradationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('gaussian-noise'),
    /** Standard deviation in 8-bit units. */
    sigma: amountRange,
  }),
  z.strictObject({
    kind: z.literal('camera-noise'),
    /** Variance of the shot noise at the sensor for a signal of 1, drawn log-uniformly. */
    shot: amountRange,
    /** What the camera's own filters do to the noise: standard deviations, px. */
    lumaSmoothing: amountRange,
    chromaSmoothing: amountRange,
    /** Amount of unsharp masking. */
    sharpening: amountRange,
  }),
  z.strictObject({
    kind: z.literal('jpeg'),
    /** As libjpeg counts, 1..100. */
    quality: jpegQualityRange,
    /** Share saved with half the colour resolution (4:2:0); the rest keeps it (4:4:4). */
    subsampledShare: share,
    /** The 8 × 8 px grid begins anywhere, as in a cropped JPEG. */
    shiftGrid: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('blur'),
    /** Standard deviation of a Gaussian, px. */
    sigma: amountRange,
  }),
  /** Bicubic to 1/scale, rounded to 8 bits, and bicubic back to the size that it had. */
  z.strictObject({ kind: z.literal('downscale'), scale: scaleSchema }),
  z.strictObject({ kind: z.literal('greyscale') }),
  z.strictObject({
    kind: z.literal('scratches'),
    /** Share of the picture that they cover. */
    share: shareRange,
    /** px */
    width: sizeRange,
  }),
  z.strictObject({
    kind: z.literal('dust'),
    /** Share of the picture that specks and hairs cover. */
    share: shareRange,
    /** Of a speck, px. */
    radius: sizeRange,
  }),
  z.strictObject({
    kind: z.literal('stains'),
    /** How many, about, in a square of 256 px. */
    count: amountRange,
    /** px */
    radius: sizeRange,
    /** Share of the light that they take at most. */
    strength: shareRange,
  }),
  z.strictObject({
    kind: z.literal('fading'),
    /** Contrast that is left, 0..1. */
    contrast: shareRange,
    /** Saturation that is left, 0..1. */
    saturation: shareRange,
    /** Strength of the colour cast, 0..1. */
    cast: shareRange,
  }),
  /** Black on white becomes ink on paper: its tint, its grain, its fibres; the ink uneven. */
  z.strictObject({
    kind: z.literal('paper-texture'),
    /** Light that the paper reflects, 0..1. */
    paper: shareRange,
    /** Light that the ink reflects, as a share of the paper's. */
    ink: shareRange,
    /** Standard deviation of the paper's grain, 8-bit units. */
    grain: amountRange,
  }),
  z.strictObject({
    kind: z.literal('bleed-through'),
    /** Share of its darkness that the writing of the other side has on this one. */
    strength: shareRange,
    /** Standard deviation of the Gaussian that blurs it, px. */
    blur: amountRange,
  }),
  z.strictObject({
    kind: z.literal('uneven-light'),
    /** How much darker the darkest corner is than the brightest, 0..1. */
    strength: shareRange,
  }),
])

export const degradationSchema = z.discriminatedUnion('kind', [
  ...plainDegradationSchema.options,
  z.strictObject({
    kind: z.literal('mixture'),
    /** Each patch goes through one of these lists. An empty one leaves it as it is. */
    of: z
      .array(z.strictObject({ weight: z.number().positive(), degradations: z.array(plainDegradationSchema) }))
      .min(1),
  }),
])

export type DegradationSpec = z.infer<typeof degradationSchema>

/** Leaves a mask of what is lost: what `inpaint` fills in and `find-scratches` finds. */
export const givesMask = (spec: DegradationSpec): boolean =>
  (spec.kind === 'scratches' || spec.kind === 'dust') && spec.share[1] > 0

/** Whether some patch, or every one, goes through a degradation that `is` what is asked for: mixtures choose. */
export function includes(
  specs: readonly DegradationSpec[],
  is: (spec: DegradationSpec) => boolean,
  patches: 'some' | 'every',
): boolean {
  return specs.some((spec) =>
    spec.kind === 'mixture'
      ? spec.of[patches](({ degradations }) => includes(degradations, is, patches))
      : is(spec),
  )
}

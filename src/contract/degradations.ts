/** How pictures get worse, as recipes say it. A range is drawn from uniformly for each patch, unless it says otherwise. */
import { z } from 'zod'
import { rangeSchema } from './recipe-parts.ts'
import { scaleSchema } from './step.ts'

const share = z.number().min(0).max(1)

const plainDegradationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('gaussian-noise'),
    /** Standard deviation in 8-bit units. */
    sigma: rangeSchema,
  }),
  z.strictObject({
    kind: z.literal('camera-noise'),
    /** Variance of the shot noise at the sensor for a signal of 1, drawn log-uniformly. */
    shot: rangeSchema,
    /** What the camera's own filters do to the noise: standard deviations, px. */
    lumaSmoothing: rangeSchema,
    chromaSmoothing: rangeSchema,
    /** Amount of unsharp masking. */
    sharpening: rangeSchema,
  }),
  z.strictObject({
    kind: z.literal('jpeg'),
    /** As libjpeg counts, 1..100. */
    quality: rangeSchema,
    /** Share saved with half the colour resolution (4:2:0); the rest keeps it (4:4:4). */
    subsampledShare: share,
    /** The 8 × 8 px grid begins anywhere, as in a cropped JPEG. */
    shiftGrid: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('blur'),
    /** Standard deviation of a Gaussian, px. */
    sigma: rangeSchema,
  }),
  /** Bicubic to 1/scale, rounded to 8 bits, and bicubic back to the size that it had. */
  z.strictObject({ kind: z.literal('downscale'), scale: scaleSchema }),
  z.strictObject({ kind: z.literal('greyscale') }),
  z.strictObject({
    kind: z.literal('scratches'),
    /** Share of the picture that they cover. */
    share: rangeSchema,
    /** px */
    width: rangeSchema,
  }),
  z.strictObject({
    kind: z.literal('dust'),
    /** Share of the picture that specks and hairs cover. */
    share: rangeSchema,
    /** Of a speck, px. */
    radius: rangeSchema,
  }),
  z.strictObject({
    kind: z.literal('stains'),
    /** How many, about, in a square of 256 px. */
    count: rangeSchema,
    /** px */
    radius: rangeSchema,
    /** Share of the light that they take at most. */
    strength: rangeSchema,
  }),
  z.strictObject({
    kind: z.literal('fading'),
    /** Contrast that is left, 0..1. */
    contrast: rangeSchema,
    /** Saturation that is left, 0..1. */
    saturation: rangeSchema,
    /** Strength of the colour cast, 0..1. */
    cast: rangeSchema,
  }),
  /** Black on white becomes ink on paper: its tint, its grain, its fibres; the ink uneven. */
  z.strictObject({
    kind: z.literal('paper-texture'),
    /** Light that the paper reflects, 0..1. */
    paper: rangeSchema,
    /** Light that the ink reflects, as a share of the paper's. */
    ink: rangeSchema,
    /** Standard deviation of the paper's grain, 8-bit units. */
    grain: rangeSchema,
  }),
  z.strictObject({
    kind: z.literal('bleed-through'),
    /** Share of its darkness that the writing of the other side has on this one. */
    strength: rangeSchema,
    /** Standard deviation of the Gaussian that blurs it, px. */
    blur: rangeSchema,
  }),
  z.strictObject({
    kind: z.literal('uneven-light'),
    /** How much darker the darkest corner is than the brightest, 0..1. */
    strength: rangeSchema,
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

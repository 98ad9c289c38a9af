/** Pictures as the faces see them. */
import { z } from 'zod'
import { errorDataSchema } from './error-schema.ts'
import { stepSchema } from './step.ts'

export const OUTPUT_FORMATS = ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const
export const outputFormatSchema = z.enum(OUTPUT_FORMATS)
export type OutputFormat = z.infer<typeof outputFormatSchema>

/** Estimated noise, standard deviation in 8-bit units. */
export const noiseSchema = z.object({ sigma: z.number(), shadows: z.number(), highlights: z.number() })
export type Noise = z.infer<typeof noiseSchema>

/**
 * A noise map is a grey 8-bit PNG, a pixel for each block of the picture: how noisy it is there. 0 is sigma 0, 255 is
 * `maxSigma` (8-bit units) and more; between them by the root, else a photo's map would be all dark: 128 is a quarter.
 */
export const NOISE_MAP = { block: 16, maxSigma: 51 } as const

export const pictureInfoSchema = z.object({
  /** px, orientation applied. */
  width: z.int().positive(),
  height: z.int().positive(),
  /** What the file is: jpeg, png, webp, tiff, avif, gif. */
  format: z.string(),
  /** Bits a sample. */
  depth: z.union([z.literal(8), z.literal(16)]),
  channels: z.union([z.literal(1), z.literal(3)]),
  hasAlpha: z.boolean(),
  hasProfile: z.boolean(),
  hasExif: z.boolean(),
  /** File size, bytes. */
  bytes: z.int(),
  /** For a JPEG: the quality (1..100) that it was saved at, estimated. */
  jpegQuality: z.number().nullable(),
  /** What was changed when it was read, in words (CMYK turned to RGB, first frame only, …). */
  notes: z.array(z.string()),
})
export type PictureInfo = z.infer<typeof pictureInfoSchema>

/**
 * A file that a face serves to its renderer, as a path below the face's media root: `pictures/<id>/<name>?v=…`.
 * Pixels never cross IPC.
 */
const mediaSchema = z.string()

export const resultSchema = z.object({
  /** The steps that made it, each with the model that was taken; a single one at full strength. */
  steps: z.array(stepSchema),
  view: mediaSchema,
  /** What a denoising step took away, and where (`NOISE_MAP`). */
  removedNoise: noiseSchema.nullable().optional(),
  noiseMap: mediaSchema.nullable().optional(),
  /** px; absent: as the original. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** Wall time, s. */
  seconds: z.number(),
  backend: z.string(),
  /** Where it was last saved, if it was. */
  savedTo: z.string().nullable(),
  /** It was saved as a download, which nobody knows the place of. */
  downloaded: z.boolean().optional(),
})
export type Result = z.infer<typeof resultSchema>

export const pictureSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Absolute path of the original. */
  path: z.string(),
  /** The original was uploaded by a browser: there is no folder of the user's to save into, saving is downloading. */
  uploaded: z.boolean(),
  state: z.enum(['reading', 'ready', 'failed']),
  error: errorDataSchema.nullable(),
  info: pictureInfoSchema.nullable(),
  noise: noiseSchema.nullable(),
  /** Where it is noisy (`NOISE_MAP`); null or absent: not known. */
  noiseMap: mediaSchema.nullable().optional(),
  /** Long side 320 px. */
  thumbnail: mediaSchema.nullable(),
  /** The original at full size, in a format that a browser shows. */
  view: mediaSchema.nullable(),
  result: resultSchema.nullable(),
})
export type Picture = z.infer<typeof pictureSchema>

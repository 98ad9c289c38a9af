/** How a model is measured on pictures whose truth is known, and what comes of it. */
import { z } from 'zod'
import { binarisationSchema, scaleSchema } from './step.ts'

const common = {
  /** Of the model; null: none, so that what it is compared with is measured (the input, bicubic, a threshold). */
  folder: z.string().nullable(),
  /** Folder of test pictures. */
  data: z.string(),
  limit: z.int().positive().optional(),
  ensemble: z.boolean().optional(),
}
/** Turn the pictures to grey first. */
const grey = z.boolean()

export const evaluationSchema = z.discriminatedUnion('task', [
  /** Clean pictures, AWGN added: sigma in 8-bit units. */
  z.object({ ...common, task: z.literal('denoise'), sigma: z.number().nonnegative(), grey }),
  /** Clean pictures; their luma is saved as a JPEG of that quality. */
  z.object({ ...common, task: z.literal('jpeg'), quality: z.int().min(1).max(100) }),
  /** Pairs of large and small pictures, or large ones that are made small. Measured on luma, the border cut. */
  z.object({ ...common, task: z.literal('upscale'), scale: scaleSchema }),
  /** Pairs of pages: as photographed, and clean. */
  z.object({ ...common, task: z.literal('document'), binarise: binarisationSchema }),
  /** Clean pictures, scratches drawn over 5 % of them. Measured in the scratches. */
  z.object({ ...common, task: z.literal('inpaint'), grey }),
  /** Clean pictures, noise and thin scratches drawn over 2 % of them. Measured: which pixels are found. */
  z.object({ ...common, task: z.literal('scratches'), grey }),
  /** Colour pictures, turned to grey. */
  z.object({ ...common, task: z.literal('colourise') }),
  /** Pairs of files: `a_real` and `a_mean`, `a_lr` and `a_hr`, folders `image` and `clean`, … */
  z.object({ ...common, task: z.literal('pairs'), grey }),
])
export type Evaluation = z.infer<typeof evaluationSchema>
export type EvaluationTask = Evaluation['task']

const figures = {
  /** dB. What equals the truth counts 100: JSON has no infinity. Of scratches: of the mask. */
  psnr: z.number(),
  ssim: z.number(),
  /** Of the picture before it was restored. */
  inputPsnr: z.number(),
  /** Of pages, 0..100: the harmonic mean of precision and recall of text pixels, as DIBCO counts. */
  fMeasure: z.number().optional(),
  /** Of pages, 0..1, as the cleaned page is, in grey. */
  rmse: z.number().optional(),
  /** Of scratches, 0..100: how much of the damage is found. */
  recall: z.number().optional(),
  /** Of scratches, 0..100: how much of what is marked is damage or within 2 px of it. */
  precision: z.number().optional(),
  /** Of scratches, 0..100: how much of the same picture without any is marked. */
  falseAlarms: z.number().optional(),
}
export const pictureFiguresSchema = z.object({ name: z.string(), ...figures })
export type PictureFigures = z.infer<typeof pictureFiguresSchema>

/** Means over the pictures. */
export const evaluatedSchema = z.object({
  task: z.string(),
  /** Its id; "none" without one. */
  model: z.string(),
  count: z.int(),
  ...figures,
  pictures: z.array(pictureFiguresSchema),
})

/** What a training run says of itself: while it runs, and in the `run.json` of its folder. */
import { z } from 'zod'

/** Measured on pictures kept apart: by name, unit included. */
export const figuresSchema = z.record(z.string(), z.number())
export type Figures = z.infer<typeof figuresSchema>

/** One checkpoint of a run: a point of its curves. */
export const historyEntrySchema = z.object({
  step: z.int(),
  /** Mean training loss since the checkpoint before. */
  loss: z.number(),
  learningRate: z.number(),
  figures: figuresSchema,
})
export type HistoryEntry = z.infer<typeof historyEntrySchema>

/** Losses of so many steps, added up. */
export const lossSumSchema = z.object({ loss: z.number(), steps: z.int() })
export type LossSum = z.infer<typeof lossSumSchema>

/** The checkpoint with the highest score: what the finished model is made of. */
export const bestSchema = z.object({
  step: z.int(),
  /** Higher is better. */
  score: z.number(),
  figures: figuresSchema,
})
export type Best = z.infer<typeof bestSchema>

export const trainingProgressSchema = z.object({
  step: z.int(),
  steps: z.int(),
  /** Mean since the last report; 0 where no step was taken. */
  loss: z.number(),
  learningRate: z.number(),
  pixelsPerSecond: z.number(),
  /** Set when this report comes with a validation, null else. */
  figures: figuresSchema.nullable(),
  /** A picture of what the network does after that validation: an absolute path; null where there is none. */
  samples: z.string().nullable(),
})
export type TrainingProgress = z.infer<typeof trainingProgressSchema>

/** The file in a run's folder that holds it all, and the folder in it of sample pictures. */
export const RUN_FILE = 'run.json'
export const SAMPLES_FOLDER = 'samples'

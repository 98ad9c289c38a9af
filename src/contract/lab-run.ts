/** The Lab's runs, as a face sees them: systems to choose from, data to train on, runs with their curves. */
import { z } from 'zod'
import { progressSchema } from './engine-protocol.ts'
import { errorDataSchema } from './error-schema.ts'
import { textLineSchema } from './lab.ts'
import { dataFindingsSchema, networkSchema } from './lab-jobs.ts'
import { recipeSchema } from './recipe.ts'
import { gradientTrainingSchema } from './recipe-parts.ts'
import { MOST_CLASSES } from './segmentation-recipe.ts'
import { bestSchema, figuresSchema } from './training.ts'

/** A recipe of the zoo: what a run starts from. */
export const labSystemSchema = z.object({ id: z.string(), title: z.string(), recipe: recipeSchema })
export type LabSystem = z.infer<typeof labSystemSchema>

/** A folder that can be trained on. */
export const labDataSchema = z.object({
  id: z.string(),
  title: z.string(),
  findings: dataFindingsSchema,
})
export type LabData = z.infer<typeof labDataSchema>

/** What is changed of a system's recipe. What is absent stays as it is there. */
export const labSettingsSchema = z.strictObject({
  title: z.string().min(1).max(80).optional(),
  epochs: z.int().min(1).max(10_000).optional(),
  /** Instead of epochs. */
  steps: z.int().min(1).max(1_000_000).optional(),
  /** Pictures a step. */
  batch: z.int().min(1).max(1024).optional(),
  learningRate: z.number().gt(0).max(1).optional(),
  /** Units of the code. */
  code: z.int().min(1).max(4096).optional(),
  /** Of the noise on the input, 0..1. */
  sigma: z.number().gt(0).max(2).optional(),
  /** Side of what the network sees, px. */
  size: z.int().min(8).max(1024).optional(),
  /** What is done to pictures of another shape. */
  fit: z.enum(['crop', 'resize']).optional(),
  /** Labels 0 to this, less one. */
  classes: z.int().min(2).max(MOST_CLASSES).optional(),
  /** The label that counts for nothing, of 16 bits at most; null: none does. */
  void: z.int().min(0).max(65_535).nullable().optional(),
})
export type LabSettings = z.infer<typeof labSettingsSchema>

export const labRunSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** Of the system that it was started from. */
  system: z.string(),
  recipe: recipeSchema,
  data: z.object({ id: z.string(), title: z.string(), folder: z.string() }),
  /**
   * `pausing`, `stopping`: told to, and still at it. `interrupted`: the app ended meanwhile. Both it and `paused` go
   * on with `resumeLabRun`.
   */
  state: z.enum(['queued', 'running', 'pausing', 'stopping', 'paused', 'interrupted', 'done', 'failed']),
  progress: progressSchema.nullable(),
  /** Steps done, of all. */
  step: z.int(),
  steps: z.int().nullable(),
  /** Training loss, in the order of steps; of a long run only some of the points. */
  curve: z.array(z.tuple([z.int(), z.number()])),
  /** On pictures kept apart, in the order of steps. `samples`: a path below the face's media root. */
  validations: z.array(z.object({ step: z.int(), figures: figuresSchema, samples: z.string().nullable() })),
  /** The engine tells it when it stops: null until then, and again from a resume on. */
  best: bestSchema.nullable(),
  error: errorDataSchema.nullable(),
  /** The finished model, of the best weights. */
  model: z.object({ id: z.string(), folder: z.string() }).nullable(),
  /** Of training so far. */
  seconds: z.number(),
  /** When it was asked for, ms since 1970. */
  created: z.number(),
})
export type LabRun = z.infer<typeof labRunSchema>

/** A system on some data, with some settings. */
export const systemDescriptionSchema = networkSchema.extend({
  /** As a run would have it; null: its weights are computed. */
  training: gradientTrainingSchema.nullable(),
})
export type SystemDescription = z.infer<typeof systemDescriptionSchema>

/** What a trained autoencoder is for. */
export const labToolSchema = z.enum([
  'anomalies',
  'similar',
  'scatter',
  'compression',
  'between',
  'samples',
  'manifold',
])
export type LabTool = z.infer<typeof labToolSchema>

/** Of MNIST, tools take the first so many test digits: enough to see, few enough to wait for. */
export const LAB_TOOL_DIGITS = 2000

export const labToolQuestionSchema = z.object({
  /** Of the run. */
  id: z.string(),
  tool: labToolSchema,
  /** `null` for tools that take no pictures. */
  data: z.string().nullable(),
  /** What is done to pictures of another shape; absent: they are refused. */
  fit: z.enum(['crop', 'resize']).optional(),
  /** Places of pictures in the data, from 0: the one that others are to be like, or the two to go between. */
  items: z.array(z.int().nonnegative()).max(2).optional(),
})

export const labToolResultSchema = z.object({
  /** Below the face's media root. */
  picture: z.string(),
  /** Which pictures of the data it shows, in rows of `columns`; null where it shows something else. */
  cells: z
    .object({
      columns: z.int().positive(),
      items: z.array(z.object({ index: z.int(), name: z.string() })),
    })
    .nullable(),
  facts: z.array(z.object({ name: z.string(), value: z.union([z.number(), z.string()]) })),
})
export type LabToolResult = z.infer<typeof labToolResultSchema>

/** A line of text that is made ready for OCR by a model of Limpid's. */
export const labTextSchema = z.object({
  line: textLineSchema,
  task: z.enum(['denoise', 'document-clean']),
})

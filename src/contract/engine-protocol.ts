/**
 * What the app may ask of an engine process, and what comes back. One job runs at a time in each process; of those in
 * `SHARING` as many as its backend has workers for. Pixels stay out of it: messages carry paths, ids and numbers.
 */
import { z } from 'zod'
import { backendChoiceSchema, backendNameSchema, backendReportSchema } from './backend.ts'
import { benchedSchema, benchSchema } from './bench.ts'
import { errorDataSchema } from './error-schema.ts'
import { evaluatedSchema, evaluationSchema } from './evaluation.ts'
import { labToolJobs } from './lab.ts'
import { labJobs } from './lab-jobs.ts'
import { noiseSchema, outputFormatSchema, pictureInfoSchema } from './picture.ts'
import { recipeSchema } from './recipe.ts'
import { resolvedStepSchema } from './step.ts'
import { bestSchema, trainingProgressSchema } from './training.ts'
import { zooJobs } from './zoo-jobs.ts'

const targetSchema = z.object({
  path: z.string(),
  /** By the path's extension if absent. */
  format: outputFormatSchema.optional(),
  /** 1..100; the format's default if absent. */
  quality: z.int().min(1).max(100).optional(),
  overwrite: z.boolean(),
})

const savedSchema = z.object({
  path: z.string(),
  format: outputFormatSchema,
  bytes: z.int(),
  /** What the output format could not hold, in words. */
  notes: z.array(z.string()),
})

const measuredSchema = z.object({
  backend: z.string(),
  /** Wall time of the whole job, s. */
  seconds: z.number(),
  /** Of that, in the model. */
  modelSeconds: z.number(),
  megapixels: z.number(),
  /** Of the engine process so far, bytes. */
  peakMemory: z.number(),
})

/** What a denoising step took away, as at full strength; null without one. */
const removed = { removedNoise: noiseSchema.nullable() }

/** Every kind of job: its input and its output. To add one, add it here and in engine/jobs/. */
export const engineJobs = {
  /** Reads a picture, writes what the window shows of it (`thumbnail.*`, `view.*`, `noise-map.png`) into `folder`. */
  inspect: {
    input: z.object({ path: z.string(), folder: z.string() }),
    output: z.object({
      info: pictureInfoSchema,
      noise: noiseSchema.nullable(),
      /** File names in `folder`. */
      thumbnail: z.string(),
      view: z.string(),
      /** Null for a picture too small to tell. */
      noiseMap: z.string().nullable(),
    }),
  },
  /**
   * Runs the steps and writes `result.tif` (lossless), `result-view.*` and, behind a denoising step, `removed-noise.png`
   * into `folder`.
   */
  restore: {
    input: z.object({ path: z.string(), steps: z.array(resolvedStepSchema).min(1), folder: z.string() }),
    output: measuredSchema.extend({
      result: z.string(),
      view: z.string(),
      ...removed,
      /** A file's name in `folder`. Null without a denoising step, and of a picture too small to tell. */
      noiseMap: z.string().nullable(),
      /** Of the result, px: an enlargement is larger than its original. */
      width: z.int().positive(),
      height: z.int().positive(),
    }),
  },
  /** Blends a restored picture with its original (enlarged where it is) and saves it. */
  export: {
    input: z.object({
      path: z.string(),
      /** Path of `result.tif`. */
      result: z.string(),
      strength: z.number().min(0).max(1),
      target: targetSchema,
    }),
    output: savedSchema,
  },
  /** From file to file: reads, runs the steps, saves. */
  process: {
    input: z.object({ path: z.string(), steps: z.array(resolvedStepSchema).min(1), target: targetSchema }),
    output: measuredSchema.extend({
      saved: savedSchema,
      noise: noiseSchema.nullable(),
      ...removed,
      /** Of the result, px. */
      width: z.int().positive(),
      height: z.int().positive(),
    }),
  },
  /** From file to file: what a mask's model marks in a picture, without the rest. */
  cutOut: {
    input: z.object({
      path: z.string(),
      /** Of the model. */
      folder: z.string(),
      /** What stands where the subject is not. */
      background: z.enum(['transparent', 'black', 'white']),
      target: targetSchema,
      /** Where the mask is saved beside it, white where the subject is; null: nowhere. */
      mask: targetSchema.nullable(),
    }),
    output: measuredSchema.extend({
      saved: savedSchema,
      mask: savedSchema.nullable(),
      /** Of the pixels, 0..1: how many are the subject's. */
      share: z.number(),
    }),
  },
  /** Measures a model on pictures whose truth is known. */
  evaluate: {
    input: evaluationSchema,
    output: measuredSchema.extend(evaluatedSchema.shape),
  },
  /** Trains a recipe (resuming the run in `runFolder`), and writes the finished model into `modelFolder`. */
  train: {
    input: z.object({
      recipe: recipeSchema,
      /** Folder of the model that its `init` is. Absent: as `init` has it. */
      init: z.string().optional(),
      /** Folder that the recipe's folders are in. */
      data: z.string(),
      runFolder: z.string(),
      modelFolder: z.string(),
      /** Take no more steps: the model is made of the run's best weights so far. */
      finishNow: z.boolean().optional(),
    }),
    output: z.object({
      finished: z.boolean(),
      step: z.int(),
      steps: z.int(),
      best: bestSchema.nullable(),
      /** The model that it started from, as it was measured; absent where that was random weights. */
      start: bestSchema.optional(),
      /** Of the whole run. */
      seconds: z.number(),
      /** The model folder, once finished. */
      model: z.string().nullable(),
    }),
  },
  ...zooJobs,
  ...labJobs,
  ...labToolJobs,
  /** Writes a model as an ONNX file, for other engines. */
  exportOnnx: {
    input: z.object({
      /** Of the model. */
      folder: z.string(),
      path: z.string(),
      overwrite: z.boolean(),
    }),
    output: z.object({ path: z.string(), bytes: z.int() }),
  },
  /** Tries every backend. */
  doctor: {
    input: z.object({}),
    output: z.object({ backends: z.array(backendReportSchema), chosen: backendChoiceSchema.nullable() }),
  },
  /** Measures models on every backend that works. */
  bench: { input: benchSchema, output: benchedSchema },
  /** Starts the backend, so that the first picture does not wait for it. */
  warmup: { input: z.object({}), output: backendChoiceSchema },
} as const

export type EngineJobKind = keyof typeof engineJobs
export type EngineInput<K extends EngineJobKind> = z.infer<(typeof engineJobs)[K]['input']>
export type EngineOutput<K extends EngineJobKind> = z.infer<(typeof engineJobs)[K]['output']>

/** Jobs that share the workers of a process with others of these. They can be begun anew without harm. */
export const SHARING: ReadonlySet<EngineJobKind> = new Set(['restore', 'process'])

const kinds = Object.keys(engineJobs) as [EngineJobKind, ...EngineJobKind[]]

export const progressSchema = z.object({
  /** 0..1 */
  done: z.number().min(0).max(1),
  /** What is going on, in words. */
  label: z.string(),
  /** Expected until the end, ms; null while unknown. */
  remainingMs: z.number().nullable(),
  /** Of a training run. */
  training: trainingProgressSchema.optional(),
})
export type Progress = z.infer<typeof progressSchema>

/** app → engine */
export const toEngineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), id: z.string(), kind: z.enum(kinds), input: z.unknown() }),
  z.object({ type: z.literal('cancel'), id: z.string() }),
])
export type ToEngine = z.infer<typeof toEngineSchema>

/** engine → app */
export const fromEngineSchema = z.discriminatedUnion('type', [
  /** The process listens. */
  z.object({ type: z.literal('ready') }),
  /** A backend is about to be started, which may end the process; if not, `tried` follows, whatever came of it. */
  z.object({ type: z.literal('trying'), backend: backendNameSchema }),
  z.object({ type: z.literal('tried'), backend: backendNameSchema }),
  /** A backend was started (or started anew, on a fallback). */
  z.object({ type: z.literal('backend'), choice: backendChoiceSchema }),
  /** At most every 50 ms. */
  z.object({ type: z.literal('progress'), id: z.string(), progress: progressSchema }),
  z.object({ type: z.literal('done'), id: z.string(), output: z.unknown() }),
  z.object({ type: z.literal('failed'), id: z.string(), error: errorDataSchema }),
  /** Something went wrong that no job is known to have done: the process takes nothing more, and ends. */
  z.object({ type: z.literal('ending') }),
])
export type FromEngine = z.infer<typeof fromEngineSchema>

/** What an engine process is started with, in its environment. */
export const ENGINE_BACKEND_VARIABLE = 'LIMPID_BACKEND'
export const engineBackendSchema = backendNameSchema.optional()
/** Cores to use on a backend that uses one alone, where it is not to be all of them. */
export const ENGINE_WORKERS_VARIABLE = 'LIMPID_WORKERS'
export const engineWorkersSchema = z.coerce.number().int().positive().optional()
/** Backends that are not to be tried (JSON), because they ended an earlier process. */
export const ENGINE_PASSED_OVER_VARIABLE = 'LIMPID_PASSED_OVER'
export const enginePassedOverSchema = backendChoiceSchema.shape.passedOver

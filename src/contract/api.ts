/**
 * What a face may ask of the application: a table of methods, each with the schema of what it takes and gives. The
 * app implements it (app/), a transport carries it (RPC over a MessagePort or a WebSocket), the renderer and the CLI
 * call it.
 */
import { z } from 'zod'
import { backendChoiceSchema, backendNameSchema, backendReportSchema } from './backend.ts'
import { progressSchema } from './engine-protocol.ts'
import { errorDataSchema } from './error-schema.ts'
import { preparedTextSchema } from './lab.ts'
import { dataProblemSchema } from './lab-jobs.ts'
import {
  labDataSchema,
  labRunSchema,
  labSettingsSchema,
  labSystemSchema,
  labTextSchema,
  labToolQuestionSchema,
  labToolResultSchema,
  systemDescriptionSchema,
} from './lab-run.ts'
import { modelSummarySchema } from './model.ts'
import { outputFormatSchema, pictureSchema } from './picture.ts'
import { stepSchema } from './step.ts'

export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(['restore', 'export']),
  pictureId: z.string(),
  /** `interrupted`: the app ended while it was queued or running; `resumeJobs` queues it again. */
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled', 'interrupted']),
  progress: progressSchema.nullable(),
  error: errorDataSchema.nullable(),
  /** Of a finished export. */
  saved: z
    .object({
      path: z.string(),
      bytes: z.int(),
      notes: z.array(z.string()),
      /** Below the face's media root, where the browser fetches it; null if it was saved into a folder of the user's. */
      download: z.string().nullable(),
    })
    .nullable(),
})
export type Job = z.infer<typeof jobSchema>

const settings = {
  theme: z.enum(['dark', 'light', 'system']),
  /** null: the best that works. */
  backend: backendNameSchema.nullable(),
  /** 0..1, of a picture just dropped. */
  strength: z.number().min(0).max(1),
}
export const settingsSchema = z.object({
  theme: settings.theme.default('dark'),
  backend: settings.backend.default(null),
  strength: settings.strength.default(1),
})
export type Settings = z.infer<typeof settingsSchema>

/** Pushed to every face. A face that connects asks `state` once and then follows these. */
export const appEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('picture'), picture: pictureSchema }),
  z.object({ type: z.literal('picture-removed'), id: z.string() }),
  /** A person opened these outside of the page: by the system, a second start, the menu. The page opens them. */
  z.object({ type: z.literal('open'), paths: z.array(z.string()).min(1) }),
  z.object({ type: z.literal('job'), job: jobSchema }),
  z.object({ type: z.literal('backend'), backend: backendChoiceSchema }),
  z.object({ type: z.literal('settings'), settings: settingsSchema }),
  z.object({ type: z.literal('lab-run'), run: labRunSchema }),
  z.object({ type: z.literal('lab-run-removed'), id: z.string() }),
  /** Something went wrong that belongs to no job. */
  z.object({ type: z.literal('error'), error: errorDataSchema }),
])
export type AppEvent = z.infer<typeof appEventSchema>

export const stateSchema = z.object({
  version: z.string(),
  pictures: z.array(pictureSchema),
  jobs: z.array(jobSchema),
  models: z.array(modelSummarySchema),
  settings: settingsSchema,
  /** null until an engine has started. */
  backend: backendChoiceSchema.nullable(),
  /** Named when the app was started: it goes before the setting. */
  pinnedBackend: backendNameSchema.nullable(),
})
export type State = z.infer<typeof stateSchema>

const ids = z.array(z.string()).min(1)
const nothing = z.object({})
const id = z.object({ id: z.string() })
const run = z.object({ run: labRunSchema })
/** The data, or null where its problems keep from training with it. */
const dataOrProblems = z.object({ data: labDataSchema.nullable(), problems: z.array(dataProblemSchema) })
/** What is to be trained, on what, with which changes. */
const labChoice = z.object({ system: z.string(), data: z.string(), settings: labSettingsSchema })

export const api = {
  state: { input: nothing, output: stateSchema },

  /** Opens files and folders (searched deeply). What can't be opened comes back as errors; the rest is opened. */
  addPictures: {
    input: z.object({ paths: z.array(z.string()).min(1) }),
    output: z.object({ pictures: z.array(pictureSchema), errors: z.array(errorDataSchema) }),
  },
  /** Takes pictures off the filmstrip and drops their cached results. Files of the user's stay. */
  removePictures: { input: z.object({ ids }), output: nothing },

  /** Queues one job for each picture. Strengths are those of the steps; a single one's is left to showing and saving. */
  restore: {
    input: z.object({ ids, steps: z.array(stepSchema).min(1) }),
    output: z.object({ jobs: z.array(jobSchema) }),
  },
  /**
   * Saves a picture's result, blended at `strength` with the original. `path` null: to a download (browser face).
   * Fails with `file-exists` unless `overwrite`.
   */
  export: {
    input: z.object({
      id: z.string(),
      strength: z.number().min(0).max(1),
      path: z.string().nullable(),
      format: outputFormatSchema.optional(),
      quality: z.int().min(1).max(100).optional(),
      overwrite: z.boolean().default(false),
    }),
    output: z.object({ job: jobSchema }),
  },
  /** A free name beside the original: `photo-limpid.jpg`, `photo-limpid-2.jpg`, … */
  suggestTarget: {
    input: z.object({ id: z.string(), format: outputFormatSchema.optional() }),
    output: z.object({ path: z.string() }),
  },
  cancelJobs: { input: z.object({ ids }), output: nothing },
  /** Queues every interrupted job again. */
  resumeJobs: { input: nothing, output: z.object({ jobs: z.array(jobSchema) }) },

  /** Without defaults: what is absent stays as it is. */
  saveSettings: { input: z.object(settings).partial(), output: settingsSchema },
  doctor: {
    input: nothing,
    output: z.object({
      version: z.string(),
      platform: z.string(),
      backends: z.array(backendReportSchema),
      chosen: backendChoiceSchema.nullable(),
    }),
  },

  /** The Lab: what there is to train, on what, and what was trained. */
  labState: {
    input: nothing,
    output: z.object({
      systems: z.array(labSystemSchema),
      data: z.array(labDataSchema),
      runs: z.array(labRunSchema),
    }),
  },
  /** The layers of a system's network, and how it would learn; `data` null: for the data of its own recipe. */
  describeSystem: {
    input: labChoice.extend({ data: z.string().nullable() }),
    output: systemDescriptionSchema,
  },
  /** Looks through a folder, which stays where it is, and keeps it among the Lab's data if it can be trained on. */
  addLabData: { input: z.object({ folder: z.string() }), output: dataOrProblems },
  /** The same with files that were handed over one by one: `name` is the path in the folder that they came from. */
  gatherLabData: {
    input: z.object({
      title: z.string(),
      files: z.array(z.object({ path: z.string(), name: z.string() })).min(1),
    }),
    output: dataOrProblems,
  },
  /** Takes it off the list. The user's own files stay. */
  removeLabData: { input: id, output: nothing },
  /** Queues a run. Fails with `recipe-invalid` where data, system and settings do not fit. */
  startLabRun: { input: labChoice, output: run },
  /** Keeps a checkpoint and waits. */
  pauseLabRun: { input: id, output: run },
  /** Goes on from the last checkpoint: after a pause, an interruption or a failure. */
  resumeLabRun: {
    input: id.extend({ learningRate: z.number().gt(0).max(1).optional() }),
    output: run,
  },
  /** Trains no more: the model is made of the best weights so far. */
  stopLabRun: { input: id, output: run },
  /** Drops a run with its checkpoints. A finished model stays. */
  removeLabRun: { input: id, output: nothing },
  /** Runs a tool on a finished autoencoder and some pictures. */
  useLabTool: { input: labToolQuestionSchema, output: labToolResultSchema },
  /** Ends the tools that are at work on a run: their `useLabTool` fails with `cancelled`. */
  cancelLabTools: { input: id, output: nothing },
  /** A noisy line of text before and after a model, and what Tesseract reads. Its pictures are below the media root. */
  prepareLabText: { input: labTextSchema, output: preparedTextSchema },
  /**
   * Saves the curves of some runs (`csv`, `png`) or the model of one, its folder (`zip`). `path` null: to a download (browser
   * face), which is then below the media root. Fails with `file-exists` unless `overwrite`.
   */
  exportLabRuns: {
    input: z.object({
      ids,
      what: z.enum(['csv', 'png', 'zip']),
      /** What a `png` shows: a figure of the validations, or `loss` (the default). A `csv` has them all. */
      measure: z.string().optional(),
      path: z.string().nullable(),
      overwrite: z.boolean().default(false),
    }),
    output: z.object({ path: z.string(), download: z.string().nullable() }),
  },
} as const

export type Api = typeof api
export type Method = keyof Api
export type Input<M extends Method> = z.input<Api[M]['input']>
export type ParsedInput<M extends Method> = z.output<Api[M]['input']>
export type Output<M extends Method> = z.output<Api[M]['output']>

/** The application as its callers see it. Errors are `LimpidError`s. */
export type AppApi = { [M in Method]: (input: Input<M>) => Promise<Output<M>> } & {
  /** Events from now on, until `signal` aborts. */
  events(signal?: AbortSignal): AsyncIterable<AppEvent>
}

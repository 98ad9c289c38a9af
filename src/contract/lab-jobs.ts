/** What the engine tells of networks and of training data before anything is trained. */
import { z } from 'zod'

export const networkLayerSchema = z.object({
  name: z.string(),
  /** Its class in TensorFlow.js: `Conv2D`, `Dense`, … */
  kind: z.string(),
  /** Names of the layers that it gets its input from. */
  inputs: z.array(z.string()),
  /** Of what it gives for one picture: [height, width, channels] or [units]. */
  shape: z.array(z.int()),
  /** Number of weights. */
  parameters: z.int(),
  /** Multiply-accumulates for one picture. */
  macs: z.number(),
})
export type NetworkLayer = z.infer<typeof networkLayerSchema>

export const networkSchema = z.object({
  layers: z.array(networkLayerSchema),
  parameterCount: z.int(),
  /** Multiply-accumulates for one picture of that size, in millions. */
  megaMacs: z.number(),
  /** What goes in: [height, width, channels]. */
  picture: z.array(z.int()),
})
export type NetworkDescription = z.infer<typeof networkSchema>

/** Something that is wrong with training data: `error` keeps from training with it. */
export const dataProblemSchema = z.object({
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  hint: z.string(),
  file: z.string().optional(),
})
export type DataProblem = z.infer<typeof dataProblemSchema>

/** What lies in a folder of training data. */
export const dataFindingsSchema = z.object({
  /** `masks`, `labels`: folders `image` beside `mask` or `label`, files of the same names. */
  kind: z.enum(['mnist', 'pictures', 'masks', 'labels']),
  /** Where it is: the folder named, or `train` in it. Absolute. */
  folder: z.string(),
  /** Pictures to learn from. */
  count: z.int(),
  /** In px, the most frequent first, so many of them at most. More than one: crop or resize? */
  sizes: z.array(z.object({ width: z.int(), height: z.int(), count: z.int() })).max(8),
  /** 1: all of them are grey. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** The values in label pictures, rising; null where there are none. */
  labels: z.array(z.int()).nullable(),
  problems: z.array(dataProblemSchema),
})
export type DataFindings = z.infer<typeof dataFindingsSchema>

export const labJobs = {
  /** Builds a network and tells what it is made of; trains nothing. Throws `recipe-invalid`. */
  describeNetwork: {
    input: z.object({
      architecture: z.object({ name: z.string(), parameters: z.record(z.string(), z.unknown()) }),
      /** Of the picture, px, where the network leaves it open. */
      height: z.int().positive(),
      width: z.int().positive(),
    }),
    output: networkSchema,
  },
  /** Looks through a folder of training data. What is wrong is in `problems`; it throws only where it is no folder. */
  inspectData: {
    input: z.object({ folder: z.string() }),
    output: dataFindingsSchema,
  },
} as const

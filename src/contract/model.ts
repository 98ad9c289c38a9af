/** A model folder's manifest: what a model is, what it was trained on, how good it was measured to be. */
import { z } from 'zod'
import { scaleSchema, trainedTaskSchema } from './step.ts'

/**
 * What a model can have a specialist for: a model of the same task in a folder within its own, which is run in its place
 * on the pictures that it was trained for alone. The model itself is for all others.
 */
export const SPECIALITIES = ['white-noise'] as const
export type Speciality = (typeof SPECIALITIES)[number]

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex')

export const manifestSchema = z.object({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  /** Beside restoration, what the Lab trains: autoencoders, and networks that mark what is where. */
  task: z.enum([...trainedTaskSchema.options, 'autoencode', 'segment']),
  /** Of an upscaling model: by how much. The network itself runs at the large size, on the bicubic enlargement. */
  scale: scaleSchema.optional(),
  /** Channels of the network's input and output; absent: RGB in and out. The fourth that goes in is a mask. */
  channels: z.object({ input: z.int().positive(), output: z.int().positive() }).optional(),
  /** Of a network that takes pictures of one size alone, px. */
  picture: z.object({ height: z.int().positive(), width: z.int().positive() }).optional(),
  /** Of an autoencoder: the layer that the encoder ends in, and the shape of what it gives for one picture. */
  code: z.object({ layer: z.string(), shape: z.array(z.int().positive()).min(1) }).optional(),
  architecture: z.object({ name: z.string(), parameters: z.record(z.string(), z.unknown()) }),
  /** The folder, within the model's own, of each specialist that it has. */
  specialists: z.partialRecord(z.enum(SPECIALITIES), z.string().regex(/^[\w-]+$/, 'a plain name')).optional(),
  /** Number of weights. */
  parameterCount: z.int(),
  /** Multiply-accumulates for one full-resolution pixel, in millions. */
  megaMacsPerPixel: z.number(),
  /** Sides of the input must be a multiple of this, px. */
  sizeMultiple: z.int().positive(),
  /** px to each side that an output pixel depends on. */
  receptiveFieldRadius: z.int().nonnegative(),
  files: z.object({
    /** SHA-256 of each file's bytes. */
    'model.json': hash,
    'weights.bin': hash,
  }),
  /** The recipe that made it, whole. */
  recipe: z.record(z.string(), z.unknown()),
  provenance: z.string(),
  licence: z.string(),
  /** The model that it was fine-tuned from. */
  parent: z.string().nullable(),
  /** Measured, each with the command that measures it. */
  quality: z.array(
    z.object({
      what: z.string(),
      value: z.number(),
      unit: z.string(),
      /** The same figure of the pictures before they were restored. */
      input: z.number().optional(),
      command: z.string(),
    }),
  ),
  created: z.string(),
})
export type Manifest = z.infer<typeof manifestSchema>

/** What a face needs to list and explain a model. */
export const modelSummarySchema = manifestSchema
  .omit({ recipe: true, files: true })
  .extend({ folder: z.string(), shipped: z.boolean() })
export type ModelSummary = z.infer<typeof modelSummarySchema>

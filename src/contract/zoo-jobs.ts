/** What the engine does with the Lab's trained systems, beside training them. */
import { z } from 'zod'
import { figuresSchema } from './training.ts'

/** Where pictures come from. Of files, those of another size are cropped or resized to the network's. */
export const pictureSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('pictures'),
    /** Absolute paths of files and folders (searched deeply). */
    paths: z.array(z.string()).min(1),
    fit: z.enum(['crop', 'resize']),
  }),
  z.strictObject({
    kind: z.literal('mnist'),
    /** Absolute; holds the idx.gz files. */
    folder: z.string(),
    split: z.enum(['train', 'test']),
    /** The first so many. */
    limit: z.int().positive().optional(),
    digits: z.array(z.int().min(0).max(9)).min(1).optional(),
  }),
])
export type PictureSource = z.infer<typeof pictureSourceSchema>

/** Of a trained autoencoder, the folder of its manifest. */
const folder = z.string()

export const zooJobs = {
  /** Measures a model of the Lab on the test pictures of its recipe's data (the validation ones where it has none). */
  measure: {
    input: z.object({
      folder,
      /** Folder that the recipe's folders are in. */
      data: z.string(),
    }),
    output: z.object({
      figures: figuresSchema,
      /** Pictures measured on. */
      count: z.int(),
      parameterCount: z.int(),
    }),
  },
  /** Pictures → codes, written to `path` as little-endian float32 [count, code], row by row. */
  encode: {
    input: z.object({ folder, source: pictureSourceSchema, path: z.string() }),
    output: z.object({
      /** Of one code: [units], or [height, width, maps]. */
      shape: z.array(z.int()),
      /** One a picture, in the order of the codes. */
      items: z.array(
        z.object({
          name: z.string(),
          /** The digit, where it is known. */
          label: z.int().nullable(),
          /** Mean squared error of its reconstruction, 0..1: how strange the picture is to the model. */
          error: z.number(),
        }),
      ),
    }),
  },
  /** Codes → pictures, drawn side by side into the PNG `path`. */
  decode: {
    input: z.object({
      folder,
      codes: z.discriminatedUnion('kind', [
        /** These, each as long as a code. */
        z.object({ kind: z.literal('given'), codes: z.array(z.array(z.number())).min(1) }),
        /** Drawn from N(0, 1): new pictures, of a variational autoencoder. */
        z.object({ kind: z.literal('drawn'), count: z.int().positive(), seed: z.int() }),
        /** Of two latents: a square of `side`² codes at equal steps of N(0, 1)'s probability, which is the manifold. */
        z.object({ kind: z.literal('manifold'), side: z.int().min(2) }),
      ]),
      /** Pictures in a row; absent: as near a square as can be. */
      columns: z.int().positive().optional(),
      path: z.string(),
    }),
    output: z.object({ path: z.string(), count: z.int() }),
  },
  /** Draws a sheet of what the model makes of the first pictures: given (corrupted as in training), code, made, clean. */
  reconstruct: {
    input: z.object({ folder, source: pictureSourceSchema, path: z.string() }),
    output: z.object({ path: z.string() }),
  },
  /** Draws test pictures into the PNG `path`: the picture, its mask or labels, and what each model marks in it. */
  drawFindings: {
    input: z.object({
      /** Of models that mark the same classes; the test pictures are those of the first. */
      folders: z.array(z.string()).min(1),
      /** Folder that the recipe's folders are in. */
      data: z.string(),
      count: z.int().positive(),
      path: z.string(),
    }),
    output: z.object({ path: z.string() }),
  },
  /** Draws curves into the PNG `path`. */
  drawChart: {
    input: z.object({
      title: z.string(),
      x: z.string(),
      y: z.string(),
      /** Powers of ten at equal steps. */
      logarithmic: z.boolean().optional(),
      series: z
        .array(z.object({ name: z.string(), points: z.array(z.tuple([z.number(), z.number()])).min(1) }))
        .min(1),
      path: z.string(),
    }),
    output: z.object({ path: z.string() }),
  },
} as const
export type Chart = Omit<z.infer<(typeof zooJobs)['drawChart']['input']>, 'path'>

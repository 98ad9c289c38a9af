/**
 * What trained autoencoders are for, as jobs of the engine: anomalies, similar pictures, scatters, new pictures,
 * compression, and text made ready for OCR. Each writes what there is to see as a PNG and answers with its numbers.
 */
import { z } from 'zod'
import { resolvedStepSchema } from './step.ts'
import { pictureSourceSchema } from './zoo-jobs.ts'

const [pictures, mnist] = pictureSourceSchema.options

/** As for the other jobs, but pictures of another size than the network's are refused where `fit` does not say what to do. */
export const labSourceSchema = z.discriminatedUnion('kind', [
  pictures.extend({ fit: pictures.shape.fit.optional() }),
  mnist,
])
export type LabSource = z.infer<typeof labSourceSchema>

const job = {
  /** Of a trained autoencoder: the folder of its manifest. */
  folder: z.string(),
  source: labSourceSchema,
  /** The PNG to write. */
  path: z.string(),
}

/** Thumbnails in a row; absent: as near a square as can be. */
const columns = z.int().positive().optional()

const itemSchema = z.object({
  /** The absolute path of a file; `test 17` of MNIST. */
  name: z.string(),
  /** The digit, where it is known. */
  label: z.int().nullable(),
})

/** One that a sheet shows. `index`: its place in the source, from 0. */
const shownItemSchema = itemSchema.extend({ index: z.int() })

const placeSchema = z.object({ x: z.number(), y: z.number() })

/** One of the pictures of a source, by its place in it from 0, or a file that need not be in it. */
const labPictureSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('item'), index: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal('file'), path: z.string() }),
])
export type LabPicture = z.infer<typeof labPictureSchema>

/** Characters of a line that is drawn. */
export const LONGEST_LINE = 200

/** A line of text, as it is before anything is done for OCR. */
export const textLineSchema = z.discriminatedUnion('kind', [
  /** Drawn, with Gaussian noise of `sigma` (8-bit units) on it. */
  z.strictObject({
    kind: z.literal('text'),
    text: z.string().min(1).max(LONGEST_LINE),
    sigma: z.number().nonnegative(),
    seed: z.int(),
  }),
  /** A picture of a line; `text` is what it says, where that is known. */
  z.strictObject({ kind: z.literal('file'), path: z.string(), text: z.string().min(1).optional() }),
])

/** What was made of it. `noisy`, `cleaned`: pictures. */
export const preparedTextSchema = z.object({
  noisy: z.string(),
  cleaned: z.string(),
  /** dB against the clean line, of a drawn one. */
  psnr: z.object({ before: z.number(), after: z.number() }).nullable(),
  /** What Tesseract read; null where it is not installed. */
  read: z.object({ before: z.string(), after: z.string() }).nullable(),
  /** Edits for each true character; null where Tesseract or the true text is missing. */
  characterErrorRate: z.object({ before: z.number(), after: z.number() }).nullable(),
  /** Why nothing was read, in one line. */
  note: z.string().nullable(),
})

export const labToolJobs = {
  /** Pictures by the error of their reconstruction, the strangest first; draws the first `shown` of them. */
  rankAnomalies: {
    input: z.object({
      ...job,
      shown: z.int().positive(),
      columns,
      /** Labels that are no anomalies: asks for the AUROC. */
      normal: z.array(z.int()).min(1).optional(),
    }),
    output: z.object({
      items: z.array(shownItemSchema.extend({ /** Mean squared, 0..1. */ error: z.number() })),
      /** The chance that an anomaly's error is larger than a normal picture's; null where labels do not tell. */
      auroc: z.number().nullable(),
    }),
  },
  /** The pictures whose codes are nearest to one picture's; draws it and them. */
  findSimilar: {
    input: z.object({ ...job, query: labPictureSchema, count: z.int().positive(), columns }),
    output: z.object({
      query: itemSchema,
      /** Nearest first; the picture asked for is not among them. */
      matches: z.array(shownItemSchema.extend({ /** Euclidean, between codes. */ distance: z.number() })),
    }),
  },
  /** Every picture as a point: by its code, and beside it by the two principal components of its pixels. */
  scatterCodes: {
    input: z.object(job),
    output: z.object({
      /** Two latents as they are, or the principal components of more. */
      axes: z.enum(['latents', 'principal components of the codes']),
      points: z.array(itemSchema.extend({ code: placeSchema, pixels: placeSchema })),
      /** Share of points whose nearest neighbour has their label; null where labels are unknown. */
      neighbours: z.object({ code: z.number(), pixels: z.number() }).nullable(),
    }),
  },
  /** New pictures: drawn, between two, or all over the plane of two latents. */
  generatePictures: {
    input: z.object({
      folder: job.folder,
      path: job.path,
      columns,
      what: z.discriminatedUnion('kind', [
        /** Codes from N(0, 1), of a variational autoencoder. */
        z.strictObject({ kind: z.literal('samples'), count: z.int().positive(), seed: z.int() }),
        /** Codes at equal steps on the line between those of two pictures, both ends with it. */
        z.strictObject({
          kind: z.literal('interpolation'),
          source: labSourceSchema,
          from: labPictureSchema,
          to: labPictureSchema,
          steps: z.int().min(2),
        }),
        /** side² codes at equal steps of N(0, 1)'s probability, of a variational autoencoder of two latents. */
        z.strictObject({ kind: z.literal('manifold'), side: z.int().min(2) }),
      ]),
    }),
    output: z.object({
      count: z.int(),
      /** [count, code] */
      codes: z.array(z.array(z.number())),
      /** The two pictures that it goes between; null where there are none. */
      ends: z.tuple([itemSchema, itemSchema]).nullable(),
    }),
  },
  /** Codes of 8 bits a unit against JPEG; draws pictures and what their codes gave. All figures are means over pictures. */
  compressPictures: {
    input: z.object({ ...job, shown: z.int().positive() }),
    output: z.object({
      count: z.int(),
      /** As samples of 8 bits, bytes. */
      pictureBytes: z.number(),
      code: z.object({
        units: z.int(),
        /** The codes of all pictures in one deflated stream. */
        deflatedBytes: z.number(),
        /**
         * By the entropy of each unit's values: what an ideal coder that knows their frequencies would need. null: there
         * are too few pictures to know them.
         */
        entropyBytes: z.number().nullable(),
        /** What quantising needs to be undone, for all pictures together. */
        rangeBytes: z.int(),
        /** dB, of the mean squared error over all pictures, from the quantised codes. */
        psnr: z.number(),
        /** The same without quantising. */
        exactPsnr: z.number(),
      }),
      jpeg: z.array(
        z.object({ quality: z.int(), /** Of whole files. */ bytes: z.number(), psnr: z.number() }),
      ),
    }),
  },
  /** A noisy line of text before and after `steps`; writes `noisy.png`, `cleaned.png` (and `clean.png`) into `folder`. */
  prepareOcr: {
    input: z.object({
      line: textLineSchema,
      steps: z.array(resolvedStepSchema).min(1),
      folder: z.string(),
    }),
    output: preparedTextSchema,
  },
} as const

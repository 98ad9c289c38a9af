/** What can be done to a picture: the restoration steps, and what each can be told. */
import { z } from 'zod'

/** Tasks that take a trained model. */
export const RESTORATION_TASKS = [
  'denoise',
  'jpeg-repair',
  'upscale',
  'document-clean',
  'inpaint',
  'colourise',
] as const

/** What restoration recipes train for: the tasks, and what finds the scratches that `inpaint` fills in. */
export const FIND_SCRATCHES = 'find-scratches'
export const trainedTaskSchema = z.enum([...RESTORATION_TASKS, FIND_SCRATCHES])
export type TrainedTask = z.infer<typeof trainedTaskSchema>

/** By how much a picture can be enlarged, each side. */
export const SCALES = [2, 3, 4] as const
export const scaleSchema = z.literal(SCALES)
export type Scale = z.infer<typeof scaleSchema>

/** How a page is made black and white: one threshold for all of it (Otsu 1979), or one for each place (Sauvola 2000). */
export const BINARISATIONS = ['otsu', 'sauvola'] as const
export const binarisationSchema = z.enum(BINARISATIONS)
export type Binarisation = z.infer<typeof binarisationSchema>

/** How ink looks on a clean page: as dark and as thin as it is, or black. */
export const INKS = ['own', 'black'] as const
export const inkSchema = z.enum(INKS)
export type Ink = z.infer<typeof inkSchema>

const fileMask = z.object({
  kind: z.literal('file'),
  /** Absolute. */
  path: z.string(),
})
/** What is to be filled in: scratches that are found by themselves, or what is white in a picture of the same size. */
const mask = { mask: z.discriminatedUnion('kind', [z.object({ kind: z.literal('scratches') }), fileMask]) }
/** `finder`: folder of the model that finds them. */
const scratchesMask = z.object({ kind: z.literal('scratches'), finder: z.string() })
const resolvedMask = { mask: z.discriminatedUnion('kind', [scratchesMask, fileMask]) }

/** How the file of a mask that was painted over a picture is called: by it the application knows whose it is. */
export function paintedMaskName(pictureId: string): string {
  return `${pictureId}.mask.png`
}

/** A picture's id is a UUID: a user's own `portrait.mask.png` is none. */
export function isPaintedMask(name: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.mask\.png$/.test(name)
}

/** 0..1: blends the step's result with what it was given. */
const strength = z.number().min(0).max(1).default(1)
/** Slow, finer: the mean of the eight flips and turns of the picture, each restored. */
const ensemble = z.boolean().optional()

const denoise = { task: z.literal('denoise'), strength, ensemble }
const jpegRepair = { task: z.literal('jpeg-repair'), strength, ensemble }
/** Strength 0 is the bicubic enlargement. */
const upscale = { task: z.literal('upscale'), scale: scaleSchema, strength, ensemble }
/** The result is grey, its ink `own` unless told; with `binarise`, black and white. */
const documentClean = {
  task: z.literal('document-clean'),
  strength,
  ink: inkSchema.optional(),
  binarise: binarisationSchema.optional(),
}
const inpaint = { task: z.literal('inpaint'), strength }
/** Strength is the colours' own: 0 is grey. */
const colourise = { task: z.literal('colourise'), strength }
/** Faded colours, by stretching each channel's levels. Needs no model. */
const restoreColour = { task: z.literal('restore-colour'), strength }

/** By its id; absent: the one that comes with Limpid for the task (and scale). */
const model = { model: z.string().optional() }
/** Of the model, where its manifest is. */
const folder = { folder: z.string() }

/** One restoration step, as it is asked for. */
export const stepSchema = z.discriminatedUnion('task', [
  z.object({ ...denoise, ...model }),
  z.object({ ...jpegRepair, ...model }),
  z.object({ ...upscale, ...model }),
  z.object({ ...documentClean, ...model }),
  z.object({ ...inpaint, ...mask, ...model }),
  z.object({ ...colourise, ...model }),
  z.object(restoreColour),
])
export type Step = z.infer<typeof stepSchema>

/** A step whose model is found. */
export const resolvedStepSchema = z.discriminatedUnion('task', [
  z.object({ ...denoise, ...folder }),
  z.object({ ...jpegRepair, ...folder }),
  z.object({ ...upscale, ...folder }),
  z.object({ ...documentClean, ...folder }),
  z.object({ ...inpaint, ...resolvedMask, ...folder }),
  z.object({ ...colourise, ...folder }),
  z.object(restoreColour),
])
export type ResolvedStep = z.infer<typeof resolvedStepSchema>

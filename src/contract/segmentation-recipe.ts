/** Recipes of the Lab's systems that mark what is where: pictures in, masks or labels out. Pictures are 0..1. */
import { z } from 'zod'
import { gradientTrainingSchema, plainFolder, recipeHeader, sizeRange } from './recipe-parts.ts'

/** The engine keeps labels as bytes, and one of them for what counts for nothing. */
export const MOST_CLASSES = 255

const folders = {
  /** Each holds `image` and `mask`, or `image` and `label`: files of the same name. Relative to the data folder. */
  train: z.string(),
  /** Absent: `validationShare` of the training pictures. */
  validation: z.string().optional(),
  validationShare: z.number().gt(0).lt(1),
  test: z.string().optional(),
  /** Sides of what the network sees while it learns, px. */
  width: z.int().positive(),
  height: z.int().positive(),
  /**
   * What is done to a picture of another shape. `crop`: it learns from random parts, and works on whole pictures.
   * `resize`: it always sees the whole picture at that size. Absent: there may be none.
   */
  fit: z.enum(['crop', 'resize']).optional(),
  /** Training pictures are varied at random; what is absent is left as it is. */
  augmentation: z
    .strictObject({
      /** Half of them mirrored, left to right. */
      mirror: z.boolean().optional(),
      /** In any of the eight orientations: for pictures without an up. */
      turn: z.boolean().optional(),
      /** By at most so many degrees to either side. */
      rotation: z.number().min(0).max(180).optional(),
      /** Enlarged by a factor drawn from this range. */
      scale: sizeRange.optional(),
      /** Contrast and brightness, each changed by at most this share. */
      light: z.number().min(0).max(0.9).optional(),
      /** Each channel by itself made stronger or weaker by at most this share. */
      colour: z.number().min(0).max(0.9).optional(),
    })
    .optional(),
  provenance: z.string(),
}

const sample = z.int().min(0).max(255)
const colourSchema = z.tuple([sample, sample, sample])

export const segmentationRecipeSchema = z
  .strictObject({
    ...recipeHeader,
    task: z.literal('segment'),
    data: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('masks'),
        ...folders,
        /** What is white in the masks, in one word. Absent: subject. */
        subject: z.string().optional(),
        /** Measured inside the round field of view of a fundus camera alone: the black around it is no achievement. */
        fieldOfView: z.boolean().optional(),
      }),
      /** The grey value is the class. */
      z.strictObject({
        kind: z.literal('labels'),
        ...folders,
        classes: z.array(z.string()).min(2).max(MOST_CLASSES),
        /** Of each class, red, green and blue, 0..255: in pictures of labels. Absent: hues far apart. */
        colours: z.array(colourSchema).optional(),
        /** Grey value of pixels that count for nothing. It may be a class's own: labels with 0 for the unknown, say. */
        void: z.int().optional(),
      }),
    ]),
    loss: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('cross-entropy'),
        /**
         * Rare classes count more: each by (median frequency / its frequency) to this power. 1 is SegNet's median
         * frequency balancing (Eigen & Fergus 2015). Of labels alone.
         */
        balance: z.number().min(0).max(1).optional(),
      }),
      /** Cross-entropy + 1 − Dice (Milletari, Navab & Ahmadi 2016), which sees the whole subject at once. Of masks alone. */
      z.strictObject({ kind: z.literal('dice') }),
      /** Of a picture of the labels, each class in its colour: the network has three outputs. Of labels alone. */
      z.strictObject({ kind: z.literal('mse') }),
    ]),
    training: gradientTrainingSchema,
  })
  .superRefine(({ data, loss }, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (data.kind === 'masks') {
      if (loss.kind === 'mse') complain(['loss'], 'mse is of labels in colours; masks have none')
      if (loss.kind === 'cross-entropy' && loss.balance !== undefined)
        complain(['loss', 'balance'], 'is of labels; masks have no classes to balance')
    } else {
      if (loss.kind === 'dice') complain(['loss'], 'dice is of masks; labels take cross-entropy or mse')
      if (data.colours && data.colours.length < data.classes.length)
        complain(['data', 'colours'], `are ${data.colours.length} for ${data.classes.length} classes`)
    }
    const [train, validation, test] = [data.train, data.validation, data.test].map((folder) =>
      folder === undefined ? undefined : plainFolder(folder),
    )
    if (validation === train) complain(['data', 'validation'], 'is the folder that it trains on')
    if (test === train) complain(['data', 'test'], 'is the folder that it trains on')
    if (test !== undefined && test === validation)
      complain(['data', 'test'], 'is the folder that it validates on')
  })
export type SegmentationRecipe = z.infer<typeof segmentationRecipeSchema>

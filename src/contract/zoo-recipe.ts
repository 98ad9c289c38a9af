/** Recipes of autoencoders, of every kind that the Lab has. Pictures are 0..1. */
import { z } from 'zod'
import { gradientTrainingSchema, recipeHeader } from './recipe-parts.ts'

const mnistSchema = z.strictObject({
  kind: z.literal('mnist'),
  /** That holds the four idx.gz files, relative to the data folder. 28 × 28 px, grey. */
  folder: z.string(),
  /** So many of the training digits, the last ones, are kept apart to validate on. */
  validation: z.int().positive(),
  /** Trained on and measured on these digits alone. */
  digits: z.array(z.int().min(0).max(9)).min(1).optional(),
  /** Train on the first so many; absent: on all. */
  limit: z.int().positive().optional(),
  provenance: z.string(),
})

const picturesSchema = z.strictObject({
  kind: z.literal('pictures'),
  /** Relative to the data folder, or absolute. */
  folder: z.string(),
  /** Side of the square that the network sees, px. */
  size: z.int().positive(),
  channels: z.union([z.literal(1), z.literal(3)]),
  /** What is done to a picture of another shape. Absent: there may be none. */
  fit: z.enum(['crop', 'resize']).optional(),
  /** Share of the pictures kept apart, evenly spread: to validate on. */
  validationShare: z.number().gt(0).lt(1),
  provenance: z.string(),
})

export const corruptionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('gaussian-noise'),
    /** Of the noise that is added, in the pictures' own scale, 0..1. */
    mean: z.number(),
    sigma: z.number().positive(),
    /** Back to 0..1. */
    clip: z.boolean(),
  }),
])
export type Corruption = z.infer<typeof corruptionSchema>

/** What is asked of the code beside a good reconstruction. */
const penaltySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Few units of the code active: the mean of |code| (l1), or KL(target ‖ mean activity) of sigmoid units (Ng 2011). */
  z.discriminatedUnion('norm', [
    z.strictObject({ kind: z.literal('sparsity'), norm: z.literal('l1'), weight: z.number().positive() }),
    z.strictObject({
      kind: z.literal('sparsity'),
      norm: z.literal('kl'),
      weight: z.number().positive(),
      target: z.number().gt(0).lt(1),
    }),
  ]),
  /** The squared Frobenius norm of the encoder's Jacobian (Rifai et al. 2011). */
  z.strictObject({ kind: z.literal('contraction'), weight: z.number().positive() }),
  /** A Gaussian code near N(0, 1), weighted by beta (Kingma & Welling 2014; Higgins et al. 2017). */
  z.strictObject({ kind: z.literal('variational'), beta: z.number().positive() }),
])
export type Penalty = z.infer<typeof penaltySchema>

export const autoencoderRecipeSchema = z
  .strictObject({
    ...recipeHeader,
    task: z.literal('autoencode'),
    data: z.discriminatedUnion('kind', [mnistSchema, picturesSchema]),
    /** What is done to the input; the target is the clean picture. */
    corruption: corruptionSchema,
    /** Pixels drawn 0 or 1 with their brightness as probability, anew each time: Bernoulli data for a Bernoulli decoder. */
    binarise: z.boolean().optional(),
    loss: z.strictObject({
      /** `mse`: mean over pixels. `cross-entropy`: of logits, in nats, summed over a picture. */
      reconstruction: z.enum(['mse', 'cross-entropy']),
      /** Alpha. */
      weight: z.number().positive(),
      penalty: penaltySchema,
    }),
    /** `pca`: the principal components, computed rather than learned; for a linear autoencoder. */
    training: z.discriminatedUnion('method', [
      gradientTrainingSchema,
      z.strictObject({ method: z.literal('pca') }),
    ]),
  })
  .superRefine(({ training, corruption, binarise, loss }, context) => {
    if (training.method !== 'pca') return
    const complain = (path: string[], what: string) =>
      context.addIssue({ code: 'custom', path, message: `principal components are computed without ${what}` })
    if (corruption.kind !== 'none') complain(['corruption'], 'a corruption')
    if (binarise) complain(['binarise'], 'drawing pixels 0 or 1')
    if (loss.penalty.kind !== 'none') complain(['loss', 'penalty'], 'a penalty')
  })
export type AutoencoderRecipe = z.infer<typeof autoencoderRecipeSchema>

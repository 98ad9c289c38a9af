/** Recipes of restoration models: clean pictures and how they are made worse, or pairs of both. */
import { z } from 'zod'
import { type DegradationSpec, degradationSchema, givesMask, includes } from './degradations.ts'
import { optimizerSchema, plainFolder, recipeHeader, repeated } from './recipe-parts.ts'
import { FIND_SCRATCHES, type Scale, scaleSchema, trainedTaskSchema } from './step.ts'

const stageSchema = z.strictObject({
  steps: z.int().positive(),
  /** Side of the square patches, px. */
  patch: z.int().positive(),
  /** Patches a step. */
  batch: z.int().positive(),
  /**
   * The learning rate warms up and decays once more from here on, to this share of the optimizer's (SGDR: Loshchilov &
   * Hutter 2017). Absent: the stage goes on where the one before was.
   */
  restart: z.number().positive().max(1).optional(),
})

const dataSchema = z.strictObject({
  /** Folders of clean pictures, relative to the data folder. */
  train: z.array(z.string()).default([]),
  /** Folders with two inside, `image` and `clean`: files of the same name are a pair of one size. */
  pairs: z.array(z.string()).default([]),
  /** Share of the patches cut from pairs whose input is made from the clean half, by `degradations`. */
  syntheticShare: z.number().min(0).max(1).default(0),
  /** So many of the clean pictures, and so many of the pairs, evenly spread, are kept apart to validate on. */
  validationPictures: z.int().positive(),
  /** Who made the pictures, for the model card. */
  provenance: z.string(),
})

const settingSchema = z.strictObject({
  /** As curves and tables show it: "JPEG quality 20". */
  name: z.string(),
  degradations: z.array(degradationSchema),
})
type Setting = z.infer<typeof settingSchema>

/** What a sigma of `validation.sigmas` is short for. */
export const sigmaSetting = (sigma: number): Setting => ({
  name: `σ ${sigma}`,
  degradations: [{ kind: 'gaussian-noise', sigma: [sigma, sigma] }],
})

/** The setting that pairs are measured at, as they are. */
export const PAIRS_SETTING = 'pairs'

export const restorationRecipeSchema = z
  .strictObject({
    ...recipeHeader,
    task: trainedTaskSchema,
    /** For upscale: by how much each side grows. */
    scale: scaleSchema.optional(),
    /**
     * What to start from, of the same architecture and no larger in anything (warm-start.ts): the folder of a model, or
     * the file of a recipe (`.json`), which is trained first. Relative to where training is started, or to the project.
     * Absent: from random weights.
     */
    init: z.string().optional(),
    data: dataSchema,
    /**
     * Patches are resampled by a factor from this range, bicubic. Below 1 they are cut larger and made smaller: their
     * detail gets finer and what was wrong with the clean pictures themselves gets less. Above 1 they are as soft as what
     * a camera saves at full resolution. Absent: as they are.
     */
    zoom: z
      .tuple([z.number().positive(), z.number().max(4)])
      .refine(([low, high]) => low <= high, 'low end above high end')
      .optional(),
    /** Patches are neither mirrored nor turned: writing that shines through from behind is told by being mirrored. */
    upright: z.boolean().default(false),
    /** Share of patches turned to grey: grey noise is the same in all three channels, which a net must have seen. */
    greyShare: z.number().min(0).max(1),
    /** Applied in order to a clean patch to make the input. */
    degradations: z.array(degradationSchema),
    /** Applied in order to the worse half of a pair. */
    pairDegradations: z.array(degradationSchema).default([]),
    loss: z.enum(['l1', 'l2', 'charbonnier']),
    optimizer: optimizerSchema,
    /** One after the other; the learning rate runs over all of them, up to one that restarts it. */
    stages: z.array(stageSchema).min(1),
    /** The finished model goes without the hidden units that training left dead (training/dead-units.ts). */
    removeDeadUnits: z.literal(true).optional(),
    validation: z.strictObject({
      everySteps: z.int().positive(),
      /** Validate on a centre crop of this side, px. */
      crop: z.int().min(16),
      /** Each is measured on clean pictures, after the sigmas; the mean PSNR over all picks the best checkpoint. */
      settings: z.array(settingSchema).default([]),
      /** Short for settings of Gaussian noise: levels in 8-bit units. */
      sigmas: z.array(z.number().nonnegative()).default([]),
    }),
  })
  .superRefine((recipe, context) => {
    const { task, scale, architecture, data, degradations, removeDeadUnits, validation } = recipe
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if ((task === 'upscale') !== (scale !== undefined))
      complain(['scale'], 'upscale has one, no other task does')
    if (removeDeadUnits && architecture.name !== 'restoration-unet')
      complain(['removeDeadUnits'], `is known of restoration-unet, not of ${architecture.name}`)
    if (data.train.length + data.pairs.length === 0) complain(['data'], 'names no folder in train or pairs')
    for (const kind of ['train', 'pairs'] as const) {
      const [twice] = repeated(data[kind].map(plainFolder))
      if (twice !== undefined) complain(['data', kind], `names ${twice} twice`)
    }
    const makesInputs = data.train.length > 0 || data.syntheticShare > 0
    if (makesInputs && degradations.length === 0) complain(['degradations'], 'clean pictures need some')

    const settings = [...validation.sigmas.map(sigmaSetting), ...validation.settings]
    if (data.train.length > 0 && settings.length === 0)
      complain(['validation'], 'clean pictures need settings or sigmas')
    if (data.train.length === 0 && settings.length > 0)
      complain(['validation'], 'settings and sigmas are measured on clean pictures, but train names none')
    const names = settings.map(({ name }) => name)
    const [twice] = repeated(data.pairs.length > 0 ? [...names, PAIRS_SETTING] : names)
    if (twice !== undefined) complain(['validation'], `has two settings named "${twice}"`)

    if (task === 'upscale' && scale !== undefined) {
      const wanted = `every patch by ${scale}, none by another scale`
      if (makesInputs && !shrinks(degradations, scale)) complain(['degradations'], `must downscale ${wanted}`)
      for (const { name, degradations } of settings) {
        if (!shrinks(degradations, scale)) complain(['validation'], `"${name}" must downscale ${wanted}`)
      }
    }
    if (task === 'inpaint' || task === FIND_SCRATCHES) {
      const marks = `scratches or dust for ${task}`
      if (data.pairs.length > 0) complain(['data', 'pairs'], `come without a mask of ${marks}`)
      if (makesInputs && !includes(degradations, givesMask, 'some'))
        complain(['degradations'], `make no ${marks}`)
      // What is clean is left alone, which find-scratches may be measured on too; inpaint has nothing to do there.
      const patches = task === 'inpaint' ? 'every' : 'some'
      const bare = settings.filter(({ degradations }) => !includes(degradations, givesMask, patches))
      if (bare.length > 0 && (task === 'inpaint' || bare.length === settings.length))
        complain(['validation'], `"${bare[0].name}" makes no ${marks}`)
    }
  })

/** Every patch is made smaller by this scale, none by another. */
function shrinks(specs: readonly DegradationSpec[], scale: Scale): boolean {
  const right = (spec: DegradationSpec) => spec.kind === 'downscale' && spec.scale === scale
  const wrong = (spec: DegradationSpec) => spec.kind === 'downscale' && spec.scale !== scale
  return includes(specs, right, 'every') && !includes(specs, wrong, 'some')
}

export type RestorationRecipe = z.infer<typeof restorationRecipeSchema>

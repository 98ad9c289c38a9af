/** A system's recipe on somebody's data, with somebody's changes. */
import { basename } from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { LabData, LabSettings, LabSystem } from '../../contract/lab-run.ts'
import { type Recipe, recipeSchema } from '../../contract/recipe.ts'
import type { GradientTraining } from '../../contract/recipe-parts.ts'
import { MOST_CLASSES, type SegmentationRecipe } from '../../contract/segmentation-recipe.ts'
import type { AutoencoderRecipe } from '../../contract/zoo-recipe.ts'
import { trainingFor } from './training-length.ts'

/** Of the user's pictures, kept apart to validate on. */
const VALIDATION_SHARE = 0.1
/** Of the training digits. */
const MNIST_VALIDATION = 2000

/**
 * The recipe names data by the last part of its folder alone: what the finished model tells of it says nothing of
 * this computer. Throws `recipe-invalid` where things do not fit.
 */
export function recipeFor(
  { recipe }: LabSystem,
  data: LabData | null,
  settings: LabSettings,
  id: string,
): Recipe {
  const changed =
    recipe.task === 'autoencode'
      ? autoencoder(recipe, data, settings)
      : recipe.task === 'segment'
        ? segmentation(recipe, data, settings)
        : null
  if (!changed) throw unfit(`The Lab does not train "${recipe.task}".`, 'Take another system.')
  const training =
    changed.training.method === 'gradient'
      ? trained(changed, changed.training, data, settings)
      : changed.training
  const result = recipeSchema.safeParse({
    ...changed,
    training,
    id,
    title: settings.title ?? recipe.title,
  })
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw unfit(`The recipe does not fit: ${issue.path.join('.')}: ${issue.message}.`, 'Change that setting.')
}

function autoencoder(
  recipe: AutoencoderRecipe,
  data: LabData | null,
  settings: LabSettings,
): AutoencoderRecipe {
  const { architecture, corruption } = recipe
  const sigma = settings.sigma
  const parameters = { ...architecture.parameters }
  if (settings.code !== undefined && typeof parameters.code === 'number') parameters.code = settings.code
  return {
    ...recipe,
    architecture: { ...architecture, parameters },
    corruption: corruption.kind !== 'none' && sigma !== undefined ? { ...corruption, sigma } : corruption,
    data: data ? picturesOf(data, settings) : recipe.data,
  }
}

function picturesOf({ title, findings }: LabData, { size, fit }: LabSettings): AutoencoderRecipe['data'] {
  const { kind, folder, count, sizes, channels } = findings
  if (kind === 'mnist') {
    const validation = Math.min(MNIST_VALIDATION, Math.max(1, Math.floor(count / 10)))
    return { kind, folder: basename(folder), validation, provenance: title }
  }
  if (kind !== 'pictures') {
    throw unfit(`${title} holds pictures with ${kind}; an autoencoder learns from pictures alone.`, PICK_DATA)
  }
  const [{ width, height }] = sizes
  const side = size ?? Math.min(64, width, height)
  requireFit(sizes, side, side, fit)
  return {
    kind,
    folder: basename(folder),
    size: side,
    channels,
    fit,
    validationShare: VALIDATION_SHARE,
    provenance: title,
  }
}

function segmentation(
  recipe: SegmentationRecipe,
  data: LabData | null,
  settings: LabSettings,
): SegmentationRecipe {
  if (!data) return recipe
  const { title, findings } = data
  const { kind, sizes, labels } = findings
  if (kind !== 'masks' && kind !== 'labels') {
    const hint = 'Choose a folder that holds image beside mask or label, files of the same names.'
    throw unfit(`${title} holds pictures alone: what is where must be marked in masks or labels.`, hint)
  }
  const { mirror, turn, rotation, scale, light, colour } = recipe.data.augmentation ?? {}
  const side = settings.size
  const width = side ?? recipe.data.width
  const height = side ?? recipe.data.height
  requireFit(sizes, width, height, settings.fit)
  const common = {
    train: basename(findings.folder),
    validationShare: VALIDATION_SHARE,
    width,
    height,
    fit: settings.fit,
    ...(recipe.data.augmentation && {
      augmentation: { mirror, turn, rotation, scale, light, colour },
    }),
    provenance: title,
  }
  const { name, parameters } = recipe.architecture
  const asPicture = recipe.loss.kind === 'mse'
  if (kind === 'masks') {
    if (asPicture) throw unfit(`${recipe.title} draws labels in colours; masks have none.`, PICK_DATA)
    return {
      ...recipe,
      data: { kind, ...common },
      architecture: { name, parameters: { ...parameters, outputChannels: 1 } },
      loss: recipe.loss.kind === 'dice' ? recipe.loss : { kind: 'cross-entropy' },
    }
  }
  const present = (labels ?? []).filter((label) => label !== settings.void)
  const tooHigh = present.filter((label) => label >= MOST_CLASSES)
  if (tooHigh.length > 0) {
    const hint =
      tooHigh.length === 1
        ? `Say that ${tooHigh[0]} is the label that counts for nothing.`
        : 'Number the classes in the label pictures from 0 on.'
    throw unfit(`${title} has the label ${tooHigh[0]}; a class is 0 to ${MOST_CLASSES - 1}.`, hint)
  }
  const classes = settings.classes ?? (present.at(-1) ?? 0) + 1
  const beyond = present.find((label) => label >= classes)
  if (beyond !== undefined) {
    const hint = `Say that there are ${beyond + 1} classes, or that ${beyond} is the label that counts for nothing.`
    throw unfit(`${title} has the label ${beyond}, but the classes are 0 to ${classes - 1}.`, hint)
  }
  const head = name === 'unet' ? { activation: 'linear' } : {}
  return {
    ...recipe,
    data: {
      kind,
      ...common,
      classes: Array.from({ length: classes }, (_, i) => className(recipe, i)),
      ...(settings.void != null && { void: settings.void }),
    },
    architecture: {
      name,
      parameters: { ...parameters, ...head, outputChannels: asPicture ? 3 : classes },
    },
    loss: recipe.loss.kind === 'dice' ? { kind: 'cross-entropy' } : recipe.loss,
  }
}

const className = ({ data }: SegmentationRecipe, i: number): string =>
  (data.kind === 'labels' && data.classes[i]) || `class ${i}`

function trained(
  recipe: AutoencoderRecipe | SegmentationRecipe,
  training: GradientTraining,
  data: LabData | null,
  settings: LabSettings,
): GradientTraining {
  const { learningRate } = settings
  const result = data
    ? trainingFor(training, divided(recipe, data, settings.batch ?? training.batch), settings)
    : training
  if (learningRate === undefined) return result
  return { ...result, optimizer: { ...result.optimizer, learningRate } }
}

/** As the engine will divide them. */
function divided({ data }: AutoencoderRecipe | SegmentationRecipe, { findings }: LabData, batch: number) {
  const { count, sizes } = findings
  const share = data.kind === 'mnist' ? data.validation / count : data.validationShare
  const apart = Math.max(1, Math.round(count * share))
  const learned = Math.max(1, count - apart)
  if (!('width' in data)) return { learned, validationSteps: Math.ceil(apart / batch) }
  // Whole pictures, though it learns from parts.
  const known = sizes.reduce((sum, size) => sum + size.count, 0)
  const pixels = sizes.reduce((sum, { width, height, count }) => sum + width * height * count, 0) / known
  const stepPixels = batch * data.width * data.height
  return { learned, validationSteps: Math.ceil((apart * pixels) / stepPixels) }
}

/** Pictures of another shape than the network's are cropped or resized, but nobody does that unasked. */
function requireFit(
  sizes: LabData['findings']['sizes'],
  width: number,
  height: number,
  fit: LabSettings['fit'],
): void {
  const other = sizes.find((size) => size.width !== width || size.height !== height)
  if (!other || fit) return
  const message = `Some pictures are ${other.width} × ${other.height} px, the network sees ${width} × ${height} px.`
  throw unfit(message, 'Say whether to crop or to resize them.')
}

const PICK_DATA = 'Choose other data, or another system.'

function unfit(message: string, hint: string): LimpidError {
  return new LimpidError('recipe-invalid', message, { hint })
}

/** Segmentation, for the training loop: pictures in, masks or labels out. */
import path from 'node:path'
import { LimpidError } from '../../../contract/errors.ts'
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'
import { architecture } from '../../architectures/index.ts'
import type { OnRead } from '../../imaging/on-read.ts'
import { tf } from '../../tf.ts'
import { fingerprint } from '../../training/fingerprint.ts'
import type { Course } from '../../training/learner.ts'
import { unseen } from '../../training/unseen.ts'
import { type SegmentationBatch, segmentationBatches } from './batches.ts'
import { classColours, outputChannels } from './classes.ts'
import { evaluateSegmentation } from './evaluate.ts'
import { fitPictures } from './fit.ts'
import { type LabelledPicture, loadLabelledPictures } from './labelled-pictures.ts'
import { logitsOf } from './logits.ts'
import { segmentationLoss } from './losses.ts'
import { type Finding, writeMontage } from './montage.ts'
import { saveSegmenter } from './save-segmenter.ts'
import { Segmenter } from './segment.ts'

/** Pictures of a montage. */
const SHOWN = 4

export async function segmentationCourse(
  recipe: SegmentationRecipe,
  dataFolder: string,
  onRead: OnRead = () => {},
): Promise<Course<SegmentationBatch>> {
  const network = architecture(recipe.architecture.name, recipe.architecture.parameters)
  const { train, validation } = await loadSets(recipe, dataFolder, onRead)
  const pictures = await fitPictures(train, recipe.data)
  if (recipe.data.fit === undefined) await fitPictures(validation, recipe.data) // for its refusal

  // Built last: what throws above leaves no weights behind.
  const model = network.build(recipe.seed)
  try {
    requireFit(recipe, model, network.sizeMultiple)
    return courseOf(recipe, model, pictures, validation)
  } catch (thrown) {
    model.dispose()
    throw thrown
  }
}

function courseOf(
  recipe: SegmentationRecipe,
  model: tf.LayersModel,
  pictures: LabelledPicture[],
  validation: LabelledPicture[],
): Course<SegmentationBatch> {
  const logits = logitsOf(model)
  const loss = segmentationLoss(recipe, pictures)
  const segmenter = new Segmenter(model, recipe)
  const channels = model.inputs[0].shape[3] as number
  const epoch = Math.ceil(pictures.length / recipe.training.batch)
  const { length, optimizer, everySteps = epoch } = recipe.training
  let findings: Finding[] = []
  return {
    learner: {
      model,
      data: fingerprint(pictures.map(nameOf), validation.map(nameOf)),
      batches: (first) => segmentationBatches(recipe, pictures, channels, first),
      loss({ input, labels, size, width, height }) {
        const x = tf.tensor4d(input, [size, height, width, channels])
        return loss(logits.apply(x, { training: true }) as tf.Tensor4D, labels)
      },
      pixels: ({ labels }) => labels.length,
      async validate() {
        findings = []
        const shown = new Set(spread(validation.length, Math.min(SHOWN, validation.length)))
        return evaluateSegmentation(segmenter, validation, (i, labels) => {
          if (shown.has(i)) findings.push({ picture: validation[i], found: [labels] })
        })
      },
      async samples(folder, step) {
        const file = path.join(folder, `step-${String(step).padStart(6, '0')}.png`)
        await writeMontage(file, findings, classColours(recipe))
        return file
      },
    },
    schedule: {
      steps: 'steps' in length ? length.steps : length.epochs * epoch,
      optimizer,
      everySteps,
      seed: recipe.seed,
    },
    save: (modelFolder) => saveSegmenter(modelFolder, model, recipe),
  }
}

const nameOf = ({ name }: LabelledPicture) => name

type Sets = { train: LabelledPicture[]; validation: LabelledPicture[] }

/**
 * Never the test set: validation is a folder of its own, or an evenly spread share of the training pictures. What is the
 * same as one of those, by whatever name, is not trained on.
 */
async function loadSets(recipe: SegmentationRecipe, dataFolder: string, onRead: OnRead): Promise<Sets> {
  const { data } = recipe
  const folder = path.resolve(dataFolder, data.train)
  const all = await loadLabelledPictures(folder, data, onRead)
  const { train, validation } =
    data.validation === undefined
      ? divided(all, data.validationShare)
      : {
          train: all,
          validation: await loadLabelledPictures(path.resolve(dataFolder, data.validation), data, onRead),
        }
  const others = unseen(train, validation)
  if (others.length === 0) {
    const pairs = all.length === 1 ? `One pair in ${folder} is` : `${all.length} pairs in ${folder} are`
    const message = `${pairs} too few: what is validated with, and what is the same as that, is not trained on.`
    throw new LimpidError('data-missing', message, {
      file: folder,
      hint: 'A few dozen pictures with their masks are a beginning.',
    })
  }
  return { train: others, validation }
}

function divided(all: LabelledPicture[], validationShare: number): Sets {
  const count = Math.max(1, Math.min(all.length - 1, Math.round(all.length * validationShare)))
  const kept = new Set(spread(all.length, count))
  return { train: all.filter((_, i) => !kept.has(i)), validation: all.filter((_, i) => kept.has(i)) }
}

/** `count` of the indices 0 … length − 1, evenly spread. */
function spread(length: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count))
}

function requireFit(recipe: SegmentationRecipe, model: tf.LayersModel, multiple: number): void {
  const { width, height } = recipe.data
  const given = model.outputs[0].shape[3] as number
  const wanted = outputChannels(recipe)
  const problem =
    given !== wanted
      ? `The network of ${recipe.id} has ${given} outputs; its task takes ${wanted}.`
      : width % multiple !== 0 || height % multiple !== 0
        ? `The network of ${recipe.id} takes sides that are multiples of ${multiple}, not ${width} × ${height} px.`
        : null
  if (problem) throw new LimpidError('recipe-invalid', problem, { hint: 'Correct the recipe.' })
}

import {
  type SegmentationRecipe,
  segmentationRecipeSchema,
} from '../../../../contract/segmentation-recipe.ts'
import { SHAPES, VOID_VALUE } from './shapes.ts'

const training = {
  method: 'gradient',
  batch: 4,
  length: { steps: 40 },
  everySteps: 40,
  optimizer: { kind: 'adam', learningRate: 0.02, warmupSteps: 2, clipNorm: 5 },
}
const common = { version: '1.0.0', title: 'Shapes', task: 'segment', licence: 'MIT', seed: 1 }
const folders = { train: '.', validationShare: 0.25, width: 32, height: 32, provenance: 'made' }

/** A U-Net that learns the discs of `makeShapes`. */
export function maskRecipe(
  data: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): SegmentationRecipe {
  return segmentationRecipeSchema.parse({
    ...common,
    id: 'shapes-unet',
    architecture: { name: 'unet', parameters: { filters: 4, depth: 2, dropout: 0 } },
    data: { kind: 'masks', subject: 'disc', fit: 'crop', ...folders, ...data },
    loss: { kind: 'dice' },
    training,
    ...more,
  })
}

/** A SegNet that learns the discs and squares. */
export function labelRecipe(
  data: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): SegmentationRecipe {
  return segmentationRecipeSchema.parse({
    ...common,
    id: 'shapes-segnet',
    architecture: {
      name: 'segnet',
      parameters: { filters: [8, 12], convolutions: [1, 1], outputChannels: 3 },
    },
    data: {
      kind: 'labels',
      classes: SHAPES,
      void: VOID_VALUE,
      fit: 'resize',
      ...folders,
      width: 48,
      ...data,
    },
    loss: { kind: 'cross-entropy', balance: 0.5 },
    training,
    ...more,
  })
}

import type { Manifest } from '../../../contract/model.ts'
import { megaMacsPerPixel } from '../../architectures/cost.ts'
import { architecture } from '../../architectures/index.ts'
import { saveModel } from '../../models/model-file.ts'
import { tf } from '../../tf.ts'

/**
 * Writes an untrained restoration U-Net of few weights into `folder`, on tfjs's current backend: for denoising unless
 * `about` says otherwise, seeing `extraChannels` behind the picture's.
 */
export async function saveTinyModel(
  folder: string,
  {
    seed = 1,
    ...about
  }: Pick<Partial<Manifest>, 'task' | 'scale' | 'channels' | 'specialists'> & { seed?: number } = {},
  extraChannels = 0,
): Promise<void> {
  const { name, parameters, build, sizeMultiple, receptiveFieldRadius } = architecture('restoration-unet', {
    channels: [4, 6],
    blocks: [1, 1],
    extraChannels,
  })
  const model = build(seed)
  await saveModel(folder, model, {
    ...TINY,
    architecture: { name, parameters: parameters as Record<string, unknown> },
    megaMacsPerPixel: megaMacsPerPixel(model),
    sizeMultiple,
    receptiveFieldRadius,
    ...about,
  })
  model.dispose()
}

/** Writes a model that takes whatever is brighter than .7 for a scratch. */
export async function saveTinyFinder(folder: string): Promise<void> {
  const picture = tf.input({ shape: [null, null, 3] })
  const bright = tf.layers.conv2d({
    filters: 1,
    kernelSize: 1,
    kernelInitializer: tf.initializers.constant({ value: 20 }),
    biasInitializer: tf.initializers.constant({ value: -3 * 20 * 0.7 }),
    activation: 'sigmoid',
  })
  const model = tf.model({ inputs: picture, outputs: bright.apply(picture) as tf.SymbolicTensor })
  await saveModel(folder, model, {
    ...TINY,
    task: 'find-scratches',
    channels: { input: 3, output: 1 },
    architecture: { name: 'unet', parameters: {} },
    megaMacsPerPixel: megaMacsPerPixel(model),
    sizeMultiple: 4,
    receptiveFieldRadius: 0,
  })
  model.dispose()
}

const TINY = {
  id: 'tiny',
  version: '1.0.0',
  title: 'Tiny',
  task: 'denoise',
  recipe: {},
  provenance: 'none',
  licence: 'MIT',
  parent: null,
  quality: [],
  created: '2026-01-01',
} as const satisfies Partial<Manifest>

import type { Manifest } from '../../../contract/model.ts'
import { megaMacsPerPixel } from '../../architectures/cost.ts'
import { architecture } from '../../architectures/index.ts'
import { saveModel } from '../../models/model-file.ts'

/**
 * Writes an untrained restoration U-Net of few weights into `folder`, on tfjs's current backend: for denoising unless
 * `about` says otherwise, seeing `extraChannels` behind the picture's.
 */
export async function saveTinyModel(
  folder: string,
  about: Pick<Partial<Manifest>, 'task' | 'scale' | 'channels'> = {},
  extraChannels = 0,
): Promise<void> {
  const { name, parameters, build, sizeMultiple, receptiveFieldRadius } = architecture('restoration-unet', {
    channels: [4, 6],
    blocks: [1, 1],
    extraChannels,
  })
  const model = build(1)
  await saveModel(folder, model, {
    id: 'tiny',
    version: '1.0.0',
    title: 'Tiny',
    task: 'denoise',
    architecture: { name, parameters: parameters as Record<string, unknown> },
    megaMacsPerPixel: megaMacsPerPixel(model),
    sizeMultiple,
    receptiveFieldRadius,
    recipe: {},
    provenance: 'none',
    licence: 'MIT',
    parent: null,
    quality: [],
    created: '2026-01-01',
    ...about,
  })
  model.dispose()
}

/** The systems of the Lab, and what each must show when it is trained to the end. */
import type { Figures } from './training.ts'

export type Target = {
  /** As `measure` names it. */
  figure: string
  /** The figure minus that of another recipe's model, or divided by it. */
  against?: { recipe: string; by: 'difference' | 'ratio' }
  atMost?: number
  atLeast?: number
}

export type ZooSystem = {
  /** Of the recipe in recipes/zoo, and of its model. */
  recipe: string
  title: string
  targets: Target[]
}

/** In the order of a course on them. */
export const ZOO: readonly ZooSystem[] = [
  { recipe: 'pca', title: 'PCA, 16 components', targets: [] },
  {
    recipe: 'linear-autoencoder',
    title: 'Linear autoencoder, 16 units',
    targets: [{ figure: 'MSE', against: { recipe: 'pca', by: 'ratio' }, atMost: 1.02 }],
  },
  {
    recipe: 'dense-autoencoder',
    title: 'Dense autoencoder',
    targets: [{ figure: 'MSE', atMost: 0.0045 }],
  },
  {
    recipe: 'sparse-autoencoder',
    title: 'Sparse autoencoder',
    targets: [
      { figure: 'active units (%)', atMost: 15 },
      { figure: 'MSE', atMost: 0.008 },
    ],
  },
  { recipe: 'plain-sigmoid-autoencoder', title: 'Plain autoencoder with a sigmoid code', targets: [] },
  {
    recipe: 'contractive-autoencoder',
    title: 'Contractive autoencoder',
    targets: [
      { figure: 'code movement', against: { recipe: 'plain-sigmoid-autoencoder', by: 'ratio' }, atMost: 0.7 },
      {
        figure: 'MSE',
        against: { recipe: 'plain-sigmoid-autoencoder', by: 'ratio' },
        atLeast: 0.9,
        atMost: 1.1,
      },
    ],
  },
  {
    recipe: 'dense-denoising-autoencoder',
    title: 'Dense denoising autoencoder',
    targets: [{ figure: 'gain over the input (dB)', atLeast: 6 }],
  },
  {
    recipe: 'variational-autoencoder',
    title: 'Variational autoencoder, 20 latents',
    targets: [{ figure: '−ELBO (nats)', atMost: 105 }],
  },
  { recipe: 'variational-autoencoder-2', title: 'Variational autoencoder, 2 latents', targets: [] },
  {
    recipe: 'convolutional-denoising-autoencoder',
    title: 'Convolutional denoising autoencoder',
    targets: [
      {
        figure: 'PSNR (dB)',
        against: { recipe: 'dense-denoising-autoencoder', by: 'difference' },
        atLeast: 2,
      },
    ],
  },
  {
    recipe: 'latent-convolutional-autoencoder',
    title: 'Latent convolutional autoencoder',
    targets: [{ figure: 'gain over the input (dB)', atLeast: 6 }],
  },
  {
    recipe: 'segmentation-autoencoder-camvid',
    title: 'Plain convolutional autoencoder: street scenes (CamVid)',
    targets: [{ figure: 'mean IoU', against: { recipe: 'unet-camvid', by: 'difference' }, atMost: 0 }],
  },
  {
    recipe: 'segnet-camvid',
    title: 'SegNet: street scenes (CamVid)',
    targets: [{ figure: 'mean IoU', atLeast: 0.38 }],
  },
  { recipe: 'unet-camvid', title: 'U-Net: street scenes (CamVid)', targets: [] },
  {
    recipe: 'unet-membrane',
    title: 'U-Net: cells between membranes (ISBI 2012)',
    targets: [{ figure: 'F1', atLeast: 0.93 }],
  },
  {
    recipe: 'unet-roads',
    title: 'U-Net: roads from the air',
    targets: [{ figure: 'IoU', atLeast: 0.62 }],
  },
  {
    recipe: 'unet-drive',
    title: 'U-Net: vessels of the retina (DRIVE)',
    targets: [{ figure: 'F1', atLeast: 0.78 }],
  },
  { recipe: 'unet-people', title: 'U-Net: people', targets: [] },
  {
    recipe: 'unet-super-resolution',
    title: 'U-Net: super-resolution ×2 (Set5)',
    targets: [{ figure: 'gain over bicubic (dB)', atLeast: 1.5 }],
  },
]

/** The value that a target is about; null where a figure is not there (yet). */
export function targetValue(
  { figure, against }: Target,
  own: string,
  measured: (recipe: string) => Figures | null,
): number | null {
  const value = measured(own)?.[figure]
  if (value === undefined) return null
  if (!against) return value
  const other = measured(against.recipe)?.[figure]
  if (other === undefined) return null
  return against.by === 'ratio' ? value / other : value - other
}

export function isMet({ atLeast, atMost }: Target, value: number): boolean {
  return value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY)
}

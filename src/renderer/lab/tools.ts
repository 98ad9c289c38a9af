/** The Lab's tools in words. */
import type { LabRun, LabTool } from '../../contract/lab-run.ts'

export type Tool = {
  id: LabTool
  label: string
  hint: string
  /** What is to be seen in the picture that it makes. */
  caption: string
  takesPictures: boolean
  /** Pictures of the data that it asks for, by what they are to it. */
  asks: readonly string[]
}

export const TOOLS: readonly Tool[] = [
  {
    id: 'anomalies',
    label: 'Anomalies',
    hint: 'Pictures that it draws worst',
    caption: 'The strangest first. Click a picture to see those like it.',
    takesPictures: true,
    asks: [],
  },
  {
    id: 'similar',
    label: 'Similar pictures',
    hint: 'Those whose codes are nearest',
    caption: 'The framed picture, then the most similar first. Click another to see those like it.',
    takesPictures: true,
    asks: ['Like picture no.'],
  },
  {
    id: 'scatter',
    label: 'Map of codes',
    hint: 'Every picture where its code is, beside PCA',
    caption: 'Left by their codes, right by the two principal components of their pixels.',
    takesPictures: true,
    asks: [],
  },
  {
    id: 'compression',
    label: 'Compression',
    hint: 'Size and PSNR of codes against JPEG',
    caption: 'Above the pictures, below what comes back from their codes of 8 bits a unit.',
    takesPictures: true,
    asks: [],
  },
  {
    id: 'between',
    label: 'Between two pictures',
    hint: 'From one code to the other in equal steps',
    caption: 'Decoded from codes at equal steps on the line between the two, row by row.',
    takesPictures: true,
    asks: ['From picture no.', 'To picture no.'],
  },
  {
    id: 'samples',
    label: 'New pictures',
    hint: 'Drawn by a variational autoencoder',
    caption: 'Decoded from codes that were drawn at random: nobody ever took these.',
    takesPictures: false,
    asks: [],
  },
  {
    id: 'manifold',
    label: 'Manifold',
    hint: 'All over the plane of a variational autoencoder’s two latents',
    caption: 'One latent grows from left to right, the other from below, at equal steps of probability.',
    takesPictures: false,
    asks: [],
  },
]

/** Whether a run's autoencoder can be used so. */
export function isFor({ id }: Tool, { recipe }: LabRun): boolean {
  if (id !== 'samples' && id !== 'manifold') return true
  if (recipe.task !== 'autoencode' || recipe.loss.penalty.kind !== 'variational') return false
  return id === 'samples' || recipe.architecture.parameters.code === 2
}

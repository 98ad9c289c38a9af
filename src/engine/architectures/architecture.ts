import type { z } from 'zod'
import type { tf } from '../tf.ts'

/** One network family: how to build it from parameters, and what tiling must know of it. */
export type Architecture<Parameters = unknown> = {
  /** The name that manifests and recipes use. */
  name: string
  /** The schema of its parameters, with defaults. */
  parameters: z.ZodType<Parameters>
  /** The untrained network, its weights drawn from `seed`. Pictures are [batch, height, width, channels], 0..1. */
  build(parameters: Parameters, seed: number): tf.LayersModel
  /** Height and width must be a multiple of this, px. */
  sizeMultiple(parameters: Parameters): number
  /** How far an output pixel sees to each side, px: what a tile's halo must cover. */
  receptiveFieldRadius(parameters: Parameters): number
}

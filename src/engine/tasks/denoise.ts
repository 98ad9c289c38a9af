import { restoreSameSize } from './same-size.ts'
import type { Task } from './task.ts'

/** Denoising, blind to the noise level: strength 0 leaves the picture alone, 1 takes the model's estimate. */
export const denoise: Task<'denoise'> = {
  label: 'Denoising',
  run: (raster, { strength }, options) => restoreSameSize(raster, strength, options),
}

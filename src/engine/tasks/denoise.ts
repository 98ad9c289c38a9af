import type { Raster } from '../imaging/raster.ts'
import { isNoiseWhite } from '../imaging/white-noise.ts'
import { greyStaysGrey } from './grey-stays-grey.ts'
import { restoreSameSize } from './same-size.ts'
import type { Task } from './task.ts'
import type { TaskOptions } from './tiled.ts'

/** Denoising, blind to the noise level: strength 0 leaves the picture alone, 1 takes the model's estimate. */
export const denoise: Task<'denoise'> = greyStaysGrey({
  label: 'Denoising',
  run: async (raster, { strength }, options) =>
    restoreSameSize(raster, strength, await forItsNoise(options, raster)),
})

/**
 * With the specialist of the model for white noise, if it has one and the picture such noise. A network that is to be
 * good at cameras' noise as well must doubt of every grain whether it is detail, and is worse at both.
 */
export async function forItsNoise(options: TaskOptions, picture: Raster): Promise<TaskOptions> {
  const { network } = options
  if (!network.specialist || !isNoiseWhite(picture)) return options
  return { ...options, network: await network.specialist('white-noise') }
}

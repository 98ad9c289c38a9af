import type { ResolvedStep } from '../../contract/step.ts'
import { inOneChannel, inThreeChannels } from '../imaging/grey-in-rgb.ts'
import type { Task } from './task.ts'

/**
 * The task, done in one channel where a picture is grey and only stored as RGB. In three, networks would give it colours
 * (up to 22 levels on Set12, σ 25), and it would be up to 1.2 dB worse: what channels have in common counts as detail.
 */
export function greyStaysGrey<T extends ResolvedStep['task']>(task: Task<T>): Task<T> {
  return {
    ...task,
    async run(raster, step, options, found) {
      const grey = inOneChannel(raster)
      if (grey === null) return task.run(raster, step, options, found)
      return inThreeChannels(await task.run(grey, step, options, found))
    },
  }
}

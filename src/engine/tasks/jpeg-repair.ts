import { greyStaysGrey } from './grey-stays-grey.ts'
import { restoreSameSize } from './same-size.ts'
import type { Task } from './task.ts'

/** Blocks and ringing of JPEG compression taken out, blind to its quality and to where its 8×8 grid begins. */
export const jpegRepair: Task<'jpeg-repair'> = greyStaysGrey({
  label: 'Repairing JPEG',
  run: (raster, { strength }, options) => restoreSameSize(raster, strength, options),
})

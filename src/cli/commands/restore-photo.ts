/** `limpid restore-photo FILES…`: the old-photo preset. */
import type { Command } from 'commander'
import { LimpidError } from '../../contract/errors.ts'
import { oldPhotoSteps } from '../../contract/old-photo.ts'
import type { Scale } from '../../contract/step.ts'
import type { Perform } from '../context.ts'
import { scaleOption } from '../options.ts'
import { refuse } from '../refuse.ts'
import { type OutputOptions, restorationCommand } from '../restoration-command.ts'
import { restorePictures } from '../restore-pictures.ts'

type RestorePhotoOptions = OutputOptions & {
  scratches: boolean
  denoise: boolean
  colour: boolean
  upscale: boolean
  scale: Scale
}

export function restorePhotoCommand(perform: Perform): Command {
  return restorationCommand(
    'restore-photo',
    'restore old photos: scratches filled in, noise taken out, faded colours restored, enlarged',
    EXAMPLES,
  )
    .option('--no-scratches', 'leave scratches')
    .option('--no-denoise', 'leave the noise')
    .option('--no-colour', 'leave the colours')
    .option('--no-upscale', 'leave the size')
    .addOption(scaleOption().default(2))
    .action(
      (
        files: string[],
        { scratches, denoise, colour, upscale, scale, ...output }: RestorePhotoOptions,
        command: Command,
      ) =>
        perform(command, (context) => {
          if (!upscale) refuse(command, ['scale'], 'with --no-upscale')
          const steps = oldPhotoSteps({ scratches, denoise, colour, scale: upscale ? scale : null })
          if (steps.length > 0) return restorePictures(context, files, output, steps)
          throw new LimpidError('bad-request', 'Every step is switched off: nothing is left to do.', {
            hint: 'Leave one of the --no-… options out.',
          })
        }),
    )
}

const EXAMPLES = `limpid restore-photo 1952.jpg
limpid restore-photo album/ -o restored/ --no-upscale`

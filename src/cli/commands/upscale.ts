/** `limpid upscale FILES…`: enlarges pictures. */
import type { Command } from 'commander'
import type { Scale } from '../../contract/step.ts'
import type { Perform } from '../context.ts'
import { ensembleOption, modelOption, scaleOption, share } from '../options.ts'
import { type OutputOptions, restorationCommand } from '../restoration-command.ts'
import { restorePictures } from '../restore-pictures.ts'

type UpscaleOptions = OutputOptions & { scale: Scale; strength: number; model?: string; ensemble?: boolean }

export function upscaleCommand(perform: Perform): Command {
  return restorationCommand('upscale', 'enlarge pictures', EXAMPLES)
    .addOption(scaleOption().default(2))
    .option('--strength <share>', 'from bicubic (0) to the model (1)', share, 1)
    .addOption(modelOption())
    .addOption(ensembleOption())
    .action(
      (files: string[], { scale, strength, model, ensemble, ...output }: UpscaleOptions, command: Command) =>
        perform(command, (context) =>
          restorePictures(context, files, output, [{ task: 'upscale', scale, strength, model, ensemble }]),
        ),
    )
}

const EXAMPLES = `limpid upscale photo.jpg                       twice as wide and as high
limpid upscale photo.jpg --scale 4 -o large.png
limpid upscale icons/ -o large/ --ensemble`

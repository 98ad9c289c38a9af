/** `limpid repair-jpeg FILES…`: takes the blocks and the ringing of JPEG compression out of pictures. */
import type { Command } from 'commander'
import type { Perform } from '../context.ts'
import { ensembleOption, modelOption, share } from '../options.ts'
import { type OutputOptions, restorationCommand } from '../restoration-command.ts'
import { restorePictures } from '../restore-pictures.ts'

type RepairJpegOptions = OutputOptions & { strength: number; model?: string; ensemble?: boolean }

export function repairJpegCommand(perform: Perform): Command {
  return restorationCommand('repair-jpeg', 'take blocks and ringing of JPEG compression out', EXAMPLES)
    .option('--strength <share>', 'how much of it to take out, 0 to 1', share, 1)
    .addOption(modelOption())
    .addOption(ensembleOption())
    .action(
      (files: string[], { strength, model, ensemble, ...output }: RepairJpegOptions, command: Command) =>
        perform(command, (context) =>
          restorePictures(context, files, output, [{ task: 'jpeg-repair', strength, model, ensemble }]),
        ),
    )
}

const EXAMPLES = `limpid repair-jpeg screenshot.jpg --format png
limpid repair-jpeg old-mails/ -o repaired/ --strength 0.8`

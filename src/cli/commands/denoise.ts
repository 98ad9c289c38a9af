/** `limpid denoise FILES…`: takes the noise out of pictures. */
import type { Command } from 'commander'
import type { Perform } from '../context.ts'
import { ensembleOption, modelOption, share } from '../options.ts'
import { type OutputOptions, restorationCommand } from '../restoration-command.ts'
import { restorePictures } from '../restore-pictures.ts'

type DenoiseOptions = OutputOptions & { strength: number; model?: string; ensemble?: boolean }

export function denoiseCommand(perform: Perform): Command {
  return restorationCommand('denoise', 'take the noise out of pictures', EXAMPLES)
    .option('--strength <share>', 'how much of the noise to take out, 0 to 1', share, 1)
    .addOption(modelOption())
    .addOption(ensembleOption())
    .action((files: string[], { strength, model, ensemble, ...output }: DenoiseOptions, command: Command) =>
      perform(command, (context) =>
        restorePictures(context, files, output, [{ task: 'denoise', strength, model, ensemble }]),
      ),
    )
}

const EXAMPLES = `limpid denoise photo.jpg                       writes photo-limpid.jpg beside it
limpid denoise photo.jpg -o clean.png
limpid denoise holiday/ -o clean/ --strength 0.7
limpid denoise *.tif -o clean/ --format png --json`

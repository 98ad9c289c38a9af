/** `limpid colourise FILES…`: gives grey pictures colours. */
import type { Command } from 'commander'
import type { Perform } from '../context.ts'
import { modelOption, share } from '../options.ts'
import { type OutputOptions, restorationCommand } from '../restoration-command.ts'
import { restorePictures } from '../restore-pictures.ts'

type ColouriseOptions = OutputOptions & { strength: number; model?: string }

export function colouriseCommand(perform: Perform): Command {
  return restorationCommand('colourise', 'give grey pictures colours', EXAMPLES)
    .option('--strength <share>', 'how colourful, 0 to 1', share, 1)
    .addOption(modelOption())
    .action((files: string[], { strength, model, ...output }: ColouriseOptions, command: Command) =>
      perform(command, (context) =>
        restorePictures(context, files, output, [{ task: 'colourise', strength, model }]),
      ),
    )
}

const EXAMPLES = `limpid colourise grandmother.jpg
limpid colourise album/ -o coloured/ --strength 0.8`

/** `limpid clean-document FILES…`: pages as they were photographed or scanned become clean ones. */
import type { Command } from 'commander'
import type { Binarisation, Ink } from '../../contract/step.ts'
import type { Perform } from '../context.ts'
import { binariseOption, inkOption, modelOption, share } from '../options.ts'
import { refuse } from '../refuse.ts'
import { type OutputOptions, restorationCommand } from '../restoration-command.ts'
import { restorePictures } from '../restore-pictures.ts'

type CleanDocumentOptions = OutputOptions & {
  strength: number
  ink?: Ink
  binarise?: Binarisation
  model?: string
}

export function cleanDocumentCommand(perform: Perform): Command {
  return restorationCommand(
    'clean-document',
    'clean pages: stains, shadows and the back of the sheet go',
    EXAMPLES,
  )
    .option('--strength <share>', 'how clean, 0 to 1', share, 1)
    .addOption(inkOption())
    .addOption(binariseOption())
    .addOption(modelOption())
    .action(
      (
        files: string[],
        { strength, ink, binarise, model, ...output }: CleanDocumentOptions,
        command: Command,
      ) =>
        perform(command, (context) => {
          if (binarise) refuse(command, ['ink'], 'with --binarise: in black and white ink is black')
          return restorePictures(context, files, output, [
            { task: 'document-clean', strength, ink, binarise, model },
          ])
        }),
    )
}

const EXAMPLES = `limpid clean-document letter.jpg               writes letter-limpid.jpg, in grey
limpid clean-document scans/ -o clean/ --binarise sauvola       in black and white, as PNG`

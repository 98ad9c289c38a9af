/** `limpid inpaint FILES…`: fills in scratches, which it finds by itself, or what a mask covers. */
import path from 'node:path'
import type { Command } from 'commander'
import { LimpidError } from '../../contract/errors.ts'
import type { Context, Perform } from '../context.ts'
import { modelOption } from '../options.ts'
import { type OutputOptions, restorationCommand } from '../restoration-command.ts'
import { restorePictures } from '../restore-pictures.ts'
import type { InputFile } from '../targets.ts'

type InpaintOptions = OutputOptions & { mask?: string; model?: string }

export function inpaintCommand(perform: Perform): Command {
  return restorationCommand('inpaint', 'fill in scratches, or what a mask covers', EXAMPLES)
    .option(
      '--mask <file>',
      'a picture of the same size, white where it is to be filled in (default: scratches are looked for)',
    )
    .addOption(modelOption())
    .action((files: string[], options: InpaintOptions, command: Command) =>
      perform(command, (context) => inpaint(context, files, options)),
    )
}

const EXAMPLES = `limpid inpaint old-photo.jpg
limpid inpaint photo.jpg --mask what-goes.png -o without.png`

function inpaint(context: Context, files: string[], { mask: maskFile, model, ...output }: InpaintOptions) {
  const onePicture = (inputs: readonly InputFile[]) => {
    if (maskFile === undefined || inputs.length <= 1) return
    throw new LimpidError('bad-request', `A mask is of one picture; these are ${inputs.length}.`, {
      hint: 'Call it once for each picture, with its own mask.',
    })
  }
  const mask =
    maskFile === undefined
      ? { kind: 'scratches' as const }
      : { kind: 'file' as const, path: path.resolve(context.cwd, maskFile) }
  const step = { task: 'inpaint' as const, mask, strength: 1, model }
  return restorePictures(context, files, output, [step], onePicture)
}

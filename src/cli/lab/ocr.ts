/** `limpid lab ocr` */
import path from 'node:path'
import { Command, Option } from 'commander'
import { modelFor } from '../../app/step-models.ts'
import type { Context, Perform } from '../context.ts'
import { sigma } from '../options.ts'
import { table } from '../quantities.ts'
import { refuse } from '../refuse.ts'
import { count, run } from './tool.ts'

type OcrOptions = {
  text: string
  truth?: string
  sigma: number
  seed: number
  model?: string
  task: 'denoise' | 'document-clean'
  folder: string
}

export function ocrCommand(perform: Perform): Command {
  return new Command('ocr')
    .description(
      'a noisy line of text before and after a model, and what Tesseract reads where it is installed',
    )
    .argument('[picture]', 'a picture of a line; absent: --text is drawn, with noise on it')
    .option('--text <line>', 'what to draw', 'The quick brown fox jumps over the lazy dog 0123456789')
    .option('--truth <line>', 'what the picture says, for the character error rate')
    .addOption(
      new Option('--sigma <sigma>', 'of the noise on the drawn line, 8-bit units')
        .default(60)
        .argParser(sigma),
    )
    .addOption(count('--seed <number>', 'another one gives other noise', 1, 0))
    .addOption(
      new Option('--task <task>', 'what is done').choices(['denoise', 'document-clean']).default('denoise'),
    )
    .option('--model <id>', '`limpid models list` lists them (default: the one that comes with Limpid)')
    .option('--folder <folder>', 'where the pictures are written', 'ocr')
    .action((picture: string | undefined, options: OcrOptions, command: Command) =>
      perform(command, async (context) => {
        if (picture) refuse(command, ['text', 'sigma', 'seed'], 'on a picture')
        else refuse(command, ['truth'], 'without a picture: a drawn line says --text')
        return ocr(context, picture, options)
      }),
    )
}

async function ocr(context: Context, picture: string | undefined, options: OcrOptions): Promise<boolean> {
  const { cwd, models, terminal } = context
  const { folder } = await modelFor(models, options.task, { id: options.model })
  const done = await run(context, 'prepareOcr', {
    line: picture
      ? { kind: 'file', path: path.resolve(cwd, picture), text: options.truth }
      : { kind: 'text', text: options.text, sigma: options.sigma, seed: options.seed },
    steps: [{ task: options.task, folder, strength: 1 }],
    folder: path.resolve(cwd, options.folder),
  })
  const { psnr, read, characterErrorRate: rate } = done
  const rows = (['before', 'after'] as const).map((when) => [
    when,
    psnr ? psnr[when].toFixed(2) : '',
    rate ? (100 * rate[when]).toFixed(1) : '',
    read ? read[when] : '',
  ])
  terminal.print(table([['', 'PSNR (dB)', 'wrong (%)', 'read'], ...rows], [1, 2]))
  if (done.note) terminal.print(done.note)
  terminal.print(done.cleaned)
  terminal.result({ ok: true, ...done })
  return true
}

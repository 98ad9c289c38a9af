/** `limpid lab ocr` */
import path from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { modelFor } from '../../app/step-models.ts'
import { LimpidError } from '../../contract/errors.ts'
import { LONGEST_LINE } from '../../contract/lab.ts'
import type { Context, Perform } from '../context.ts'
import { emptyName } from '../empty-name.ts'
import { sigma } from '../options.ts'
import { prepareFile } from '../prepare-file.ts'
import { table } from '../quantities.ts'
import { realPlace } from '../real-place.ts'
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
  overwrite?: boolean
}

export function ocrCommand(perform: Perform): Command {
  return new Command('ocr')
    .description(
      'a noisy line of text before and after a model, and what Tesseract reads where it is installed',
    )
    .argument('[picture]', 'a picture of a line; absent: --text is drawn, with noise on it')
    .addOption(
      new Option('--text <line>', 'what to draw')
        .default('The quick brown fox jumps over the lazy dog 0123456789')
        .argParser(lineToDraw),
    )
    .option('--truth <line>', 'what the picture says, for the character error rate', truth)
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
    .option('--overwrite', 'replace those that are there already')
    .action((picture: string | undefined, options: OcrOptions, command: Command) =>
      perform(command, async (context) => {
        if (picture === '') throw emptyName()
        if (picture) refuse(command, ['text', 'sigma', 'seed'], 'on a picture')
        else refuse(command, ['truth'], 'without a picture: a drawn line says --text')
        return ocr(context, picture, options)
      }),
    )
}

async function ocr(context: Context, picture: string | undefined, options: OcrOptions): Promise<boolean> {
  const { cwd, models, terminal } = context
  const { folder } = await modelFor(models, options.task, { id: options.model })
  const file = picture && path.resolve(cwd, picture)
  const target = path.resolve(cwd, options.folder)
  await prepareTargets(target, file, options.overwrite)
  const done = await run(context, 'prepareOcr', {
    line: file
      ? { kind: 'file', path: file, text: options.truth }
      : { kind: 'text', text: options.text, sigma: options.sigma, seed: options.seed },
    steps: [{ task: options.task, folder, strength: 1 }],
    folder: target,
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

/** Rejects, before any work, what would replace a file unasked, or `picture` at all; makes the folder. */
async function prepareTargets(folder: string, picture: string | undefined, overwrite = false): Promise<void> {
  const names = picture ? ['noisy', 'cleaned'] : ['clean', 'noisy', 'cleaned']
  for (const file of names.map((name) => path.join(folder, `${name}.png`))) {
    if (picture && realPlace(file) === realPlace(picture)) {
      const hint = 'Choose another --folder.'
      throw new LimpidError('file-exists', `${file} is the picture itself.`, { file, hint })
    }
    await prepareFile(file, { option: '--folder', overwrite })
  }
}

function lineToDraw(text: string): string {
  if (text.trim() === '' || text.length > LONGEST_LINE)
    throw new InvalidArgumentError(`It takes a line of 1 to ${LONGEST_LINE} characters.`)
  return text
}

function truth(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It takes a line of 1 character or more.')
  return text
}

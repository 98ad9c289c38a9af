/** `limpid lab …`: what trained autoencoders are for. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command, Option } from 'commander'
import { modelFor } from '../../app/step-models.ts'
import type { EngineInput, EngineJobKind, EngineOutput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import type { Context, Perform } from '../context.ts'
import { anomalyDigits } from '../lab/anomaly-digits.ts'
import {
  type ModelOptions,
  modelFolder,
  pictureNamed,
  type SourceOptions,
  sourceOf,
  withModel,
  withSource,
} from '../lab/sources.ts'
import { positiveInteger, sigma } from '../options.ts'
import { withProgress } from '../progress.ts'
import { dataFolder } from '../project.ts'
import { table } from '../quantities.ts'

export function labCommand(perform: Perform): Command {
  return new Command('lab')
    .description('what trained autoencoders are for: anomalies, similar pictures, new ones, small ones, OCR')
    .addCommand(anomalyCommand(perform))
    .addCommand(similarCommand(perform))
    .addCommand(scatterCommand(perform))
    .addCommand(generateCommand(perform))
    .addCommand(compressCommand(perform))
    .addCommand(ocrCommand(perform))
    .addHelpText(
      'after',
      `
Examples:
  limpid lab anomaly --mnist                                    ten models, each of one digit: the mean AUROC
  limpid lab anomaly --model my-parts photos --fit resize       the strangest pictures first
  limpid lab similar --model my-photos --to cat.jpg photos --fit crop
  limpid lab generate --model variational-autoencoder-2 --manifold 20`,
    )
}

type Out = { out: string }
const sheetOption = (name: string) =>
  new Option('-o, --out <file>', 'the PNG to write').default(`${name}.png`)
const count = (flags: string, what: string, value: number) =>
  new Option(flags, what).default(value).argParser(positiveInteger)

type AnomalyOptions = SourceOptions &
  Out & { model?: string; normal?: string[]; shown: number; folder?: string }

function anomalyCommand(perform: Perform): Command {
  return withSource(new Command('anomaly'))
    .description('pictures by the error of their reconstruction, the strangest first')
    .option(
      '--model <folder>',
      'an autoencoder trained on what is normal (with --mnist alone: one is trained for each digit)',
    )
    .option('--normal <digits...>', 'digits that are normal: gives the AUROC')
    .option('--folder <folder>', 'of the ten models of --mnist (default: lab/anomaly in the data home)')
    .addOption(count('--shown <count>', 'so many are drawn', 25))
    .addOption(sheetOption('anomalies'))
    .action((named: string[], options: AnomalyOptions, command: Command) =>
      perform(command, (context) =>
        options.model === undefined && options.mnist
          ? anomalyOfDigits(context, options)
          : anomaly(context, named, options),
      ),
    )
}

async function anomaly(context: Context, named: string[], options: AnomalyOptions): Promise<boolean> {
  if (options.model === undefined) {
    throw new LimpidError('bad-request', 'No model is named.', { hint: 'Say --model and its folder.' })
  }
  const normal = options.normal?.map((digit) => {
    if (/^[0-9]$/.test(digit)) return Number(digit)
    throw new LimpidError('bad-request', `"${digit}" is no digit.`, { hint: 'Name digits from 0 to 9.' })
  })
  const job = await jobOf(context, named, { ...options, model: options.model })
  const done = await run(context, 'rankAnomalies', { ...job, shown: options.shown, normal })
  const rows = done.items.slice(0, options.shown).map(({ name, error }) => [error.toExponential(3), name])
  context.terminal.print(table([['error', 'picture'], ...rows]))
  if (done.auroc !== null) context.terminal.print(`AUROC ${done.auroc.toFixed(4)}`)
  return finish(context, { ...done, sheet: job.path })
}

const AUROC_TARGET = 0.93

async function anomalyOfDigits(context: Context, options: AnomalyOptions): Promise<boolean> {
  const { cwd, env, home, terminal } = context
  const folder = options.folder ? path.resolve(cwd, options.folder) : path.join(home, 'lab', 'anomaly')
  const result = await anomalyDigits(context, dataFolder(options.data, cwd, env), folder)
  await writeFile(path.join(folder, 'anomaly.json'), `${JSON.stringify(result, null, 1)}\n`)
  const rows = result.digits.map(({ digit, auroc, seconds }) => [
    String(digit),
    auroc.toFixed(4),
    seconds.toFixed(0),
  ])
  terminal.print(`${result.model}\n\n${table([['digit', 'AUROC', 's'], ...rows], [0, 1, 2])}`)
  terminal.print(`\nMean AUROC ${result.mean.toFixed(4)} (target ${AUROC_TARGET})`)
  const ok = result.mean >= AUROC_TARGET
  terminal.result({ ok, target: AUROC_TARGET, folder, ...result })
  return ok
}

function similarCommand(perform: Perform): Command {
  return withModel(withSource(new Command('similar')))
    .description('the pictures whose codes are nearest to one picture’s')
    .requiredOption('--to <picture>', 'a file, or the number of one of the pictures, from 0')
    .addOption(count('--count <count>', 'so many', 15))
    .addOption(sheetOption('similar'))
    .action(
      (
        named: string[],
        options: SourceOptions & ModelOptions & Out & { to: string; count: number },
        command,
      ) =>
        perform(command, async (context) => {
          const job = await jobOf(context, named, options)
          const query = pictureNamed(options.to, context)
          const done = await run(context, 'findSimilar', { ...job, query, count: options.count })
          const rows = done.matches.map(({ name, distance }) => [distance.toPrecision(4), name])
          context.terminal.print(table([['distance', `from ${done.query.name}`], ...rows]))
          return finish(context, { ...done, sheet: job.path })
        }),
    )
}

function scatterCommand(perform: Perform): Command {
  return withModel(withSource(new Command('scatter')))
    .description('pictures on a plane, by their codes and by PCA of their pixels')
    .addOption(sheetOption('scatter'))
    .action((named: string[], options: SourceOptions & ModelOptions & Out, command: Command) =>
      perform(command, async (context) => {
        const job = await jobOf(context, named, options)
        const done = await run(context, 'scatterCodes', job)
        const { terminal } = context
        terminal.print(`${done.points.length} pictures by ${done.axes}, and by PCA of their pixels`)
        if (done.neighbours) {
          const [code, pixels] = [done.neighbours.code, done.neighbours.pixels].map((share) =>
            (100 * share).toFixed(1),
          )
          terminal.print(`Nearest neighbour of the same label: ${code} % by code, ${pixels} % by PCA`)
        }
        return finish(context, { ...done, sheet: job.path })
      }),
    )
}

type GenerateOptions = SourceOptions &
  ModelOptions &
  Out & { samples?: number; seed: number; manifold?: number; between?: string[]; steps: number }

function generateCommand(perform: Perform): Command {
  return withModel(withSource(new Command('generate')))
    .description('new pictures: drawn, all over the plane of two latents, or between two pictures')
    .option('--samples <count>', 'draw so many (the default: 64)', positiveInteger)
    .addOption(count('--seed <number>', 'another one gives other samples', 1))
    .option('--manifold <side>', 'the plane of two latents, so many pictures a side', positiveInteger)
    .option('--between <pictures...>', 'two files, or the numbers of two of the pictures')
    .addOption(count('--steps <count>', 'pictures from the one to the other', 10))
    .addOption(sheetOption('generated'))
    .action((named: string[], options: GenerateOptions, command: Command) =>
      perform(command, (context) => generate(context, named, options)),
    )
}

async function generate(context: Context, named: string[], options: GenerateOptions): Promise<boolean> {
  const out = path.resolve(context.cwd, options.out)
  const folder = await modelFolder(options.model, context)
  const done = await run(context, 'generatePictures', {
    folder,
    path: out,
    what: whatOf(context, named, options),
  })
  context.terminal.print(`${done.count} pictures`)
  return finish(context, { ...done, sheet: out })
}

function whatOf(
  context: Context,
  named: string[],
  options: GenerateOptions,
): EngineInput<'generatePictures'>['what'] {
  const { between, manifold, samples = 64, seed, steps } = options
  if (manifold !== undefined) return { kind: 'manifold', side: Math.max(2, manifold) }
  if (between === undefined) return { kind: 'samples', count: samples, seed }
  if (between.length !== 2) {
    const message = `--between takes two pictures, not ${between.length}.`
    throw new LimpidError('bad-request', message, { hint: 'Name folders of pictures before it.' })
  }
  const [from, to] = between.map((name) => pictureNamed(name, context))
  const files = between.filter((_, i) => [from, to][i].kind === 'file')
  const source = sourceOf(named.length > 0 ? named : files, options, context)
  return { kind: 'interpolation', source, from, to, steps: Math.max(2, steps) }
}

function compressCommand(perform: Perform): Command {
  return withModel(withSource(new Command('compress')))
    .description('codes of 8 bits a unit against JPEG: bytes and PSNR')
    .addOption(count('--shown <count>', 'so many are drawn', 12))
    .addOption(sheetOption('compressed'))
    .action(
      (named: string[], options: SourceOptions & ModelOptions & Out & { shown: number }, command: Command) =>
        perform(command, async (context) => {
          const job = await jobOf(context, named, options)
          const done = await run(context, 'compressPictures', { ...job, shown: options.shown })
          const { code, jpeg, pictureBytes } = done
          const row = (what: string, bytes: number, psnr: number | null) => [
            what,
            bytes.toFixed(1),
            psnr === null ? '' : psnr.toFixed(2),
          ]
          const rows = [
            row('8-bit samples', pictureBytes, null),
            row(`code, ${code.units} units of 8 bits`, code.units, code.psnr),
            row('the codes, deflated', code.deflatedBytes, code.psnr),
            row('the codes, by their entropy', code.entropyBytes, code.psnr),
            ...jpeg.map(({ quality, bytes, psnr }) => row(`JPEG, quality ${quality}`, bytes, psnr)),
          ]
          context.terminal.print(table([['', 'bytes', 'PSNR (dB)'], ...rows], [1, 2]))
          return finish(context, { ...done, sheet: job.path })
        }),
    )
}

type OcrOptions = {
  text: string
  truth?: string
  sigma: number
  seed: number
  model?: string
  task: 'denoise' | 'document-clean'
  folder: string
}

function ocrCommand(perform: Perform): Command {
  return new Command('ocr')
    .description(
      'a noisy line of text before and after a model, and what Tesseract reads where it is installed',
    )
    .argument('[picture]', 'a picture of a line; absent: --text is drawn, with noise on it')
    .option('--text <line>', 'what to draw', 'The quick brown fox jumps over the lazy dog 0123456789')
    .option('--truth <line>', 'what the picture says, for the character error rate')
    .addOption(
      new Option('--sigma <sigma>', 'of the noise on the drawn line, 8-bit units')
        .default(100)
        .argParser(sigma),
    )
    .addOption(count('--seed <number>', 'another one gives other noise', 1))
    .addOption(
      new Option('--task <task>', 'what is done').choices(['denoise', 'document-clean']).default('denoise'),
    )
    .option('--model <id>', '`limpid models list` lists them (default: the one that comes with Limpid)')
    .option('--folder <folder>', 'where the pictures are written', 'ocr')
    .action((picture: string | undefined, options: OcrOptions, command: Command) =>
      perform(command, (context) => ocr(context, picture, options)),
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

async function jobOf(context: Context, named: string[], options: SourceOptions & ModelOptions & Out) {
  const source = sourceOf(named, options, context)
  const folder = await modelFolder(options.model, context)
  return { folder, source, path: path.resolve(context.cwd, options.out) }
}

function run<K extends EngineJobKind>(
  { backend, signal, terminal, withEngine }: Context,
  kind: K,
  input: EngineInput<K>,
): Promise<EngineOutput<K>> {
  return withEngine({ backend }, (engine) =>
    withProgress(terminal.errorOutput, (view) =>
      engine.run(kind, input, { signal, onProgress: (progress) => view.update(progress) }),
    ),
  )
}

function finish({ terminal }: Context, result: { sheet: string } & Record<string, unknown>): boolean {
  terminal.print(result.sheet)
  terminal.result({ ok: true, ...result })
  return true
}

/** `limpid lab …`: what trained autoencoders are for. */
import { Command } from 'commander'
import type { EngineInput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import type { Context, Perform } from '../context.ts'
import { anomalyCommand } from '../lab/anomaly.ts'
import { ocrCommand } from '../lab/ocr.ts'
import {
  type ModelOptions,
  modelFolder,
  pictureNamed,
  type SourceOptions,
  sourceOf,
  withModel,
  withSource,
} from '../lab/sources.ts'
import { count, finish, jobOf, type Out, run, sheetOf, withSheet } from '../lab/tool.ts'
import { positiveInteger, wholeNumberFrom } from '../options.ts'
import { table } from '../quantities.ts'
import { refuse } from '../refuse.ts'

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

function similarCommand(perform: Perform): Command {
  return withSheet(withModel(withSource(new Command('similar'))), 'similar')
    .description('the pictures whose codes are nearest to one picture’s')
    .requiredOption('--to <picture>', 'a file, or the number of one of the pictures, from 0')
    .addOption(count('--count <count>', 'so many', 15))
    .action(
      (
        named: string[],
        options: SourceOptions & ModelOptions & Out & { to: string; count: number },
        command,
      ) =>
        perform(command, async (context) => {
          const query = pictureNamed(options.to, '--to', context)
          const job = await jobOf(context, command, named, options)
          const done = await run(context, 'findSimilar', { ...job, query, count: options.count })
          const rows = done.matches.map(({ name, distance }) => [distance.toPrecision(4), name])
          context.terminal.print(table([['distance', `from ${done.query.name}`], ...rows]))
          return finish(context, { ...done, sheet: job.path })
        }),
    )
}

function scatterCommand(perform: Perform): Command {
  return withSheet(withModel(withSource(new Command('scatter'))), 'scatter')
    .description('pictures on a plane, by their codes and by PCA of their pixels')
    .action((named: string[], options: SourceOptions & ModelOptions & Out, command: Command) =>
      perform(command, async (context) => {
        const job = await jobOf(context, command, named, options)
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
  return withSheet(withModel(withSource(new Command('generate'))), 'generated')
    .description('new pictures: drawn, all over the plane of two latents, or between two pictures')
    .option('--samples <count>', 'draw so many (the default: 64)', positiveInteger)
    .addOption(count('--seed <number>', 'another one gives other samples', 1, 0))
    .option('--manifold <side>', 'the plane of two latents, so many pictures a side', wholeNumberFrom(2))
    .option('--between <pictures...>', 'two files, or the numbers of two of the pictures')
    .addOption(count('--steps <count>', 'pictures from the one to the other', 10, 2))
    .action((named: string[], options: GenerateOptions, command: Command) =>
      perform(command, (context) => generate(context, command, named, options)),
    )
}

async function generate(
  context: Context,
  command: Command,
  named: string[],
  options: GenerateOptions,
): Promise<boolean> {
  const what = whatOf(context, command, named, options)
  const out = await sheetOf(options, context.cwd)
  const folder = await modelFolder(options.model, context)
  const done = await run(context, 'generatePictures', { folder, path: out, what })
  context.terminal.print(`${done.count} pictures`)
  return finish(context, { ...done, sheet: out })
}

const OF_SOURCES = ['pictures', 'fit', 'mnist', 'limit', 'data']

function whatOf(
  context: Context,
  command: Command,
  named: string[],
  options: GenerateOptions,
): EngineInput<'generatePictures'>['what'] {
  const { between, manifold, samples = 64, seed, steps } = options
  if (manifold !== undefined) {
    refuse(command, ['samples', 'seed', 'between', 'steps', ...OF_SOURCES], 'with --manifold')
    return { kind: 'manifold', side: manifold }
  }
  if (between === undefined) {
    refuse(command, ['steps', ...OF_SOURCES], 'without --between')
    return { kind: 'samples', count: samples, seed }
  }
  refuse(command, ['samples', 'seed'], 'with --between')
  if (between.length !== 2) {
    const message = `--between takes two pictures, not ${between.length}.`
    throw new LimpidError('bad-request', message, { hint: 'Name folders of pictures before it.' })
  }
  const [from, to] = between.map((name) => pictureNamed(name, '--between', context))
  const files = between.filter((_, i) => [from, to][i].kind === 'file')
  const source = sourceOf(command, named.length > 0 ? named : files, options, context)
  return { kind: 'interpolation', source, from, to, steps }
}

function compressCommand(perform: Perform): Command {
  return withSheet(withModel(withSource(new Command('compress'))), 'compressed')
    .description('codes of 8 bits a unit against JPEG: bytes and PSNR')
    .addOption(count('--shown <count>', 'so many are drawn', 12))
    .action(
      (named: string[], options: SourceOptions & ModelOptions & Out & { shown: number }, command: Command) =>
        perform(command, async (context) => {
          const job = await jobOf(context, command, named, options)
          const done = await run(context, 'compressPictures', { ...job, shown: options.shown })
          const { code, count, jpeg, pictureBytes } = done
          const row = (what: string, bytes: number, psnr: number | null) => [
            what,
            bytes.toFixed(1),
            psnr === null ? '' : psnr.toFixed(2),
          ]
          const rows = [
            row('8-bit samples', pictureBytes, null),
            row(`code, ${code.units} units of 8 bits`, code.units, code.psnr),
            row(
              'the codes, deflated, with the units’ ranges',
              code.deflatedBytes + code.rangeBytes / count,
              code.psnr,
            ),
            ...(code.entropyBytes === null
              ? []
              : [row('the codes, by their entropy', code.entropyBytes, code.psnr)]),
            ...jpeg.map(({ quality, bytes, psnr }) => row(`JPEG, quality ${quality}`, bytes, psnr)),
          ]
          context.terminal.print(table([['', 'bytes', 'PSNR (dB)'], ...rows], [1, 2]))
          return finish(context, { ...done, sheet: job.path })
        }),
    )
}

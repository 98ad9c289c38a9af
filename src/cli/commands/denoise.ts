/** `limpid denoise FILES…`: takes the noise out of pictures, from file to file. */
import path from 'node:path'
import { Command } from 'commander'
import type { BackendChoice } from '../../contract/backend.ts'
import type { EngineOutput, Progress } from '../../contract/engine-protocol.ts'
import { type ErrorData, LimpidError, toErrorData } from '../../contract/errors.ts'
import type { OutputFormat } from '../../contract/picture.ts'
import type { Context, Engine, Perform } from '../context.ts'
import { findInputs } from '../inputs.ts'
import { formatOption, percent, share } from '../options.ts'
import { OverallProgress } from '../overall-progress.ts'
import { type ProgressView, withProgress } from '../progress.ts'
import { count, fileSize, inMegapixels, inWords } from '../quantities.ts'
import { chooseDestination, Targets } from '../target-folders.ts'
import { type InputFile, targetOf } from '../targets.ts'
import { errorLine } from '../terminal.ts'

export type DenoiseOptions = {
  output?: string
  strength: number
  model: string
  format?: OutputFormat
  quality?: number
  overwrite?: boolean
}

export function denoiseCommand(perform: Perform): Command {
  return new Command('denoise')
    .description('take the noise out of pictures')
    .argument('<files...>', 'pictures, or folders of pictures (searched deeply)')
    .option(
      '-o, --output <path>',
      'file (for one picture) or folder for the results (default: beside the originals)',
    )
    .option('--strength <share>', 'how much of the noise to take out, 0 to 1', share, 1)
    .option('--model <id>', '`limpid models list` lists them', 'denoise-fast')
    .addOption(formatOption())
    .option('--quality <percent>', 'quality of JPEG, WebP and AVIF results, 1 to 100', percent)
    .option('--overwrite', 'replace results that are there already')
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: DenoiseOptions, command: Command) =>
      perform(command, (context) => denoise(context, files, options)),
    )
}

const EXAMPLES = `
Examples:
  limpid denoise photo.jpg                       writes photo-limpid.jpg beside it
  limpid denoise photo.jpg -o clean.png
  limpid denoise holiday/ -o clean/ --strength 0.7
  limpid denoise *.tif -o clean/ --format png --json`

export async function denoise(context: Context, files: string[], options: DenoiseOptions): Promise<boolean> {
  const { terminal, signal, backend } = context
  const model = await context.models.find(options.model)
  const destination = await chooseDestination(files, options.output, options.format, context.cwd)
  const { inputs, errors: unusable, earlierResults } = await findInputs(files, context.cwd)
  const errors: ErrorData[] = unusable.map((error) => terminal.error(error))
  if (earlierResults > 0) terminal.note(`${count(earlierResults, 'earlier result')} (…-limpid) left out.`)

  const results: Done[] = []
  const hopeless = new AbortController()
  const stopped = AbortSignal.any([signal, hopeless.signal])
  let announce = (_choice: BackendChoice) => {}
  const work = async (engine: Engine, view: ProgressView) => {
    announce = fallbackAnnouncer(view)
    const names = inputs.map((input) => path.basename(input.path))
    const progress = new OverallProgress(names, view)
    const targets = new Targets()
    const done: Done[] = []
    const running: Promise<void>[] = []
    for (const [index, input] of inputs.entries()) {
      const attempt = async (prepared: Promise<string>) => {
        try {
          const onProgress = (one: Progress) => progress.update(index, one)
          const each = { signal: stopped, onProgress }
          done[index] = await denoiseOne(engine, input, await prepared, model.folder, options, each)
          view.say(summary(done[index], context.cwd))
        } catch (thrown) {
          if (stopped.aborted) return
          const error = toErrorData(thrown)
          errors.push(error)
          view.say(errorLine(error))
          if (HOPELESS.has(error.code)) hopeless.abort()
        } finally {
          progress.end(index)
        }
      }
      // The engine takes them in this order, as many at a time as its backend has workers for.
      const prepared = targets.prepare(targetOf(input, destination, options.format), input)
      running.push(attempt(prepared))
      await prepared.catch(() => {})
      if (stopped.aborted) break
    }
    await Promise.all(running)
    results.push(...done.filter((one) => one !== undefined))
  }
  if (inputs.length > 0) {
    const onBackend = (choice: BackendChoice) => announce(choice)
    await context.withEngine({ backend, onBackend }, (engine) =>
      withProgress(terminal.errorOutput, (view) => work(engine, view)),
    )
  }

  for (const { output } of results) terminal.print(output)
  if (signal.aborted) {
    const message = `Cancelled after ${results.length} of ${count(inputs.length, 'picture')}.`
    const hint = results.length > 0 ? 'The results that were written are kept.' : undefined
    errors.push(terminal.error(new LimpidError('cancelled', message, { hint })))
  }
  const ok = errors.length === 0
  terminal.result({ ok, model: model.id, results, errors })
  return ok
}

/** A picture that was cleaned, as the JSON tells it. */
type Done = { input: string; output: string; format: string; bytes: number; notes: string[] } & Omit<
  EngineOutput<'process'>,
  'saved'
>

async function denoiseOne(
  engine: Engine,
  input: InputFile,
  target: string,
  folder: string,
  { strength, format, quality, overwrite = false }: DenoiseOptions,
  running: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<Done> {
  const { saved, ...measured } = await engine.run(
    'process',
    {
      path: input.path,
      steps: [{ task: 'denoise', folder, strength }],
      target: { path: target, format, quality, overwrite },
    },
    running,
  )
  const { path: output, format: written, bytes, notes } = saved
  return { input: input.path, output, format: written, bytes, notes, ...measured }
}

/** Says when another backend had to take over, and why. */
function fallbackAnnouncer(view: ProgressView): (choice: BackendChoice) => void {
  let before: BackendChoice | null = null
  return (choice) => {
    const lost = before?.name
    before = choice
    if (lost === undefined || lost === choice.name) return
    const problem = choice.passedOver.find(({ name }) => name === lost)?.problem ?? ''
    view.say(`Now computing with ${choice.name} instead of ${lost}. ${problem}`.trimEnd())
  }
}

/** What a person wants to know of a picture that was cleaned, in one line. */
function summary(
  { input, output, megapixels, seconds, backend, noise, bytes, notes }: Done,
  cwd: string,
): string {
  const parts = [
    `${inMegapixels(megapixels)} in ${inWords(seconds * 1000)} (${backend})`,
    ...(noise ? [`noise was about ${noise.sigma.toFixed(1)}`] : []),
    fileSize(bytes),
  ]
  const names = `${shortName(input, cwd)} → ${shortName(output, cwd)}`
  return [`${names}: ${parts.join(', ')}.`, ...notes].join(' ')
}

/** A path as a person in `cwd` would write it. */
function shortName(file: string, cwd: string): string {
  const relative = path.relative(cwd, file)
  return relative.startsWith('..') ? file : relative
}

/** Errors that every further picture would meet too. */
const HOPELESS = new Set<ErrorData['code']>(['backend-unavailable', 'model-damaged', 'model-unknown'])

/** What every restoring command does: pictures from file to file, through the same steps. */
import path from 'node:path'
import { resolveSteps } from '../app/step-models.ts'
import type { BackendChoice } from '../contract/backend.ts'
import type { EngineOutput, Progress } from '../contract/engine-protocol.ts'
import { type ErrorData, LimpidError, toErrorData } from '../contract/errors.ts'
import { ofPicture } from '../contract/of-picture.ts'
import type { ResolvedStep, Step } from '../contract/step.ts'
import type { Context, Engine } from './context.ts'
import { findInputs } from './inputs.ts'
import { OverallProgress } from './overall-progress.ts'
import { type ProgressView, withProgress } from './progress.ts'
import { count, fileSize, inMegapixels, inWords } from './quantities.ts'
import type { OutputOptions } from './restoration-command.ts'
import { chooseDestination, Targets } from './target-folders.ts'
import { checkQuality, type InputFile, losslessFormatOf } from './targets.ts'
import { errorLine } from './terminal.ts'

/**
 * Runs `asked` on every picture of `files`, prints where the results are, and gives whether all went well. `check` may
 * throw of the pictures that were found.
 */
export async function restorePictures(
  context: Context,
  files: string[],
  options: OutputOptions,
  asked: Step[],
  check: (inputs: readonly InputFile[]) => void = () => {},
): Promise<boolean> {
  const { terminal, signal, backend } = context
  const { steps, resolved } = await resolveSteps(context.models, asked)
  const destination = await chooseDestination(files, options.output, options.format, context.cwd)
  const { inputs, errors: unusable, earlierResults } = await findInputs(files, destination, context.cwd)
  check(inputs)
  const isBinarised = asked.some((step) => step.task === 'document-clean' && step.binarise !== undefined)
  const targets = new Targets(inputs, destination)
  const targetFor = (input: InputFile) =>
    targets.of(input, options.format ?? (isBinarised ? losslessFormatOf(input) : undefined))
  const qualityNote = checkQuality(options.quality, inputs.map(targetFor))
  const errors: ErrorData[] = unusable.map((error) => terminal.error(error))
  if (earlierResults > 0) terminal.note(`${count(earlierResults, 'earlier result')} left out.`)
  if (qualityNote !== null) terminal.note(qualityNote)

  const results: Done[] = []
  const hopeless = new AbortController()
  const stopped = AbortSignal.any([signal, hopeless.signal])
  let announce = (_choice: BackendChoice) => {}
  const work = async (engine: Engine, view: ProgressView) => {
    announce = fallbackAnnouncer(view)
    const names = inputs.map((input) => path.basename(input.path))
    const progress = new OverallProgress(names, view)
    const done: Done[] = []
    const running: Promise<void>[] = []
    for (const [index, input] of inputs.entries()) {
      const attempt = async (prepared: Promise<string>) => {
        try {
          const onProgress = (one: Progress) => progress.update(index, one)
          const each = { signal: stopped, onProgress }
          done[index] = await restoreOne(engine, input, await prepared, resolved, options, each)
          view.say(summary(done[index], steps, context.cwd))
        } catch (thrown) {
          if (stopped.aborted) return
          const error = ofPicture(toErrorData(thrown), input.path)
          errors.push(error)
          view.say(errorLine(error))
          if (HOPELESS.has(error.code)) hopeless.abort()
        } finally {
          progress.end(index)
        }
      }
      // The engine takes them in this order, as many at a time as its backend has workers for.
      const prepared = targets.prepare(targetFor(input), input)
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
  const [first] = steps
  const model = steps.length === 1 && 'model' in first ? first.model : undefined
  terminal.result({ ok, model, steps, results, errors })
  return ok
}

/** A picture that was restored, as the JSON tells it. */
type Done = { input: string; output: string; format: string; bytes: number; notes: string[] } & Omit<
  EngineOutput<'process'>,
  'saved'
>

async function restoreOne(
  engine: Engine,
  input: InputFile,
  target: string,
  steps: ResolvedStep[],
  { format, quality, overwrite = false }: OutputOptions,
  running: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<Done> {
  const { saved, ...measured } = await engine.run(
    'process',
    {
      path: input.path,
      steps,
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

/** What a person wants to know of a picture that was restored, in one line. */
function summary(
  { input, output, width, height, megapixels, seconds, backend, removedNoise, bytes, notes }: Done,
  steps: readonly Step[],
  cwd: string,
): string {
  const does = (task: Step['task']) => steps.some((step) => step.task === task)
  const parts = [
    `${inMegapixels(megapixels)} in ${inWords(seconds * 1000)} (${backend})`,
    ...(removedNoise ? [`noise of σ ${removedNoise.sigma.toFixed(1)} removed`] : []),
    ...(does('upscale') ? [`now ${width} × ${height} px`] : []),
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

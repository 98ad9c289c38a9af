/** `limpid cut-out FILES…`: the subject of pictures without the rest, by a model that was trained on masks. */
import path from 'node:path'
import { Command, Option } from 'commander'
import type { EngineOutput } from '../../contract/engine-protocol.ts'
import { type ErrorData, LimpidError, toErrorData } from '../../contract/errors.ts'
import { ofPicture } from '../../contract/of-picture.ts'
import type { Context, Engine, Perform } from '../context.ts'
import { findInputs } from '../inputs.ts'
import { formatOption, percent } from '../options.ts'
import { type ProgressView, withProgress } from '../progress.ts'
import { count, inMegapixels, inWords } from '../quantities.ts'
import type { OutputOptions } from '../restoration-command.ts'
import { chooseDestination, Targets } from '../target-folders.ts'
import { checkQuality, type InputFile, maskTargetOf } from '../targets.ts'
import { errorLine } from '../terminal.ts'

const BACKGROUNDS = ['transparent', 'black', 'white'] as const

type CutOutOptions = OutputOptions & {
  model: string
  background: (typeof BACKGROUNDS)[number]
  saveMask?: boolean
}

export function cutOutCommand(perform: Perform): Command {
  return new Command('cut-out')
    .description('cut the subject out of pictures: mask × picture')
    .argument('<files...>', 'pictures, or folders of pictures (searched deeply)')
    .option(
      '-o, --output <path>',
      'file (for one picture) or folder for the results (default: beside the originals)',
    )
    .option('--model <id>', 'a model that was trained on masks', 'unet-people')
    .addOption(
      new Option('--background <kind>', 'what stands where the subject is not')
        .choices(BACKGROUNDS)
        .default('transparent'),
    )
    .option('--save-mask', 'save the mask too, as NAME-limpid-mask.png beside the result')
    .addOption(formatOption())
    .option('--quality <percent>', 'quality of JPEG, WebP and AVIF results, 1 to 100', percent)
    .option('--overwrite', 'replace results that are there already')
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: CutOutOptions, command: Command) =>
      perform(command, (context) => cutOut(context, files, options)),
    )
}

const EXAMPLES = `
Examples:
  limpid train unet-people                         once: the model learns what a person is
  limpid cut-out portrait.jpg                      writes portrait-limpid.png, transparent around the person
  limpid cut-out team/ -o cut/ --background white --save-mask
  limpid cut-out scan.png --model unet-membrane --background black`

/** A picture that was cut out, as the JSON tells it. */
type Done = Omit<EngineOutput<'cutOut'>, 'saved' | 'mask'> & {
  input: string
  output: string
  mask: string | null
  notes: string[]
}

async function cutOut(context: Context, files: string[], options: CutOutOptions): Promise<boolean> {
  const { terminal, signal, backend } = context
  const model = await requireMaskModel(context, options.model)
  const format = options.format ?? (options.background === 'transparent' ? 'png' : undefined)
  const destination = await chooseDestination(files, options.output, options.format, context.cwd)
  const { inputs, errors: unusable, earlierResults } = await findInputs(files, destination, context.cwd)
  const targets = new Targets(inputs, destination)
  const targetFor = (input: InputFile) => targets.of(input, format)
  const qualityNote = checkQuality(options.quality, inputs.map(targetFor))
  const errors: ErrorData[] = unusable.map((error) => terminal.error(error))
  if (earlierResults > 0) terminal.note(`${count(earlierResults, 'earlier result')} left out.`)
  if (qualityNote !== null) terminal.note(qualityNote)
  const results: Done[] = []
  const work = async (engine: Engine, view: ProgressView) => {
    for (const input of inputs) {
      if (signal.aborted) break
      try {
        const target = await targets.prepare(targetFor(input), input)
        const mask = options.saveMask ? await targets.prepare(maskTargetOf(target), input) : null
        const done = await cutOutOne(engine, input, { target, mask }, model.folder, options, { signal, view })
        results.push(done)
        view.say(summary(done))
      } catch (thrown) {
        if (signal.aborted) break
        const error = ofPicture(toErrorData(thrown), input.path)
        errors.push(error)
        view.say(errorLine(error))
      }
    }
  }
  if (inputs.length > 0) {
    await context.withEngine({ backend }, (engine) =>
      withProgress(terminal.errorOutput, (view) => work(engine, view)),
    )
  }
  for (const { output } of results) terminal.print(output)
  if (signal.aborted) {
    const message = `Cancelled after ${results.length} of ${count(inputs.length, 'picture')}.`
    errors.push(terminal.error(new LimpidError('cancelled', message)))
  }
  const ok = errors.length === 0
  terminal.result({ ok, model: model.id, results, errors })
  return ok
}

async function requireMaskModel({ models }: Context, id: string) {
  const model = await models.find(id)
  if (model.task === 'segment' && model.channels?.output === 1) return model
  throw new LimpidError('bad-request', `The model "${id}" marks no subject.`, {
    hint: 'Name one that was trained on masks, with --model; `limpid train unet-people` makes one.',
  })
}

async function cutOutOne(
  engine: Engine,
  input: InputFile,
  { target, mask }: { target: string; mask: string | null },
  folder: string,
  { background, format, quality, overwrite = false }: CutOutOptions,
  { signal, view }: { signal: AbortSignal; view: ProgressView },
): Promise<Done> {
  const job = {
    path: input.path,
    folder,
    background,
    target: { path: target, format, quality, overwrite },
    mask: mask === null ? null : { path: mask, overwrite },
  }
  const {
    saved,
    mask: savedMask,
    ...measured
  } = await engine.run('cutOut', job, { signal, onProgress: view.update })
  return {
    input: input.path,
    output: saved.path,
    mask: savedMask?.path ?? null,
    notes: saved.notes,
    ...measured,
  }
}

/** What a person wants to know of a picture that was cut out, in one line. */
function summary({ input, share, megapixels, seconds, backend, notes }: Done): string {
  const found = `${Math.round(100 * share)} % of it kept`
  const speed = `${inMegapixels(megapixels)} in ${inWords(seconds * 1000)} (${backend})`
  return [`${path.basename(input)}: ${found}, ${speed}.`, ...notes].join(' ')
}

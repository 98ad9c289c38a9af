/** `limpid evaluate TASK`: how good a model is, measured on pictures whose truth is known. */
import path from 'node:path'
import { Command } from 'commander'
import { modelFor } from '../../app/step-models.ts'
import type { EngineOutput } from '../../contract/engine-protocol.ts'
import { type Evaluation, type EvaluationTask, evaluationSchema } from '../../contract/evaluation.ts'
import { type Binarisation, FIND_SCRATCHES, type Scale, type TrainedTask } from '../../contract/step.ts'
import type { Context, Perform } from '../context.ts'
import { binariseOption, ensembleOption, percent, positiveInteger, scaleOption, sigma } from '../options.ts'
import { withProgress } from '../progress.ts'
import { testFolder } from '../project.ts'
import { count, inMegapixels, inWords, table } from '../quantities.ts'

type EvaluateOptions = {
  data: string
  sigma?: number
  quality?: number
  scale?: Scale
  binarise?: Binarisation
  grey?: boolean
  limit?: number
  model?: string
  ensemble?: boolean
}

export function evaluateCommand(perform: Perform): Command {
  const evaluation = (task: EvaluationTask, description: string, examples: string[]) =>
    new Command(task)
      .description(description)
      .requiredOption('--data <folder>', 'folder of the test pictures, here or below the data folder')
      .option('--limit <count>', 'only so many of the pictures', positiveInteger)
      .option(
        '--model <id>',
        'default: the one that comes with Limpid; "none" measures what it is compared with',
      )
      .addHelpText(
        'after',
        `\nExamples:\n${examples.map((line) => `  limpid evaluate ${task} ${line}`).join('\n')}`,
      )
      .action((options: EvaluateOptions, command: Command) =>
        perform(command, (context) => evaluate(context, task, options)),
      )
  const data = '--data ../shared/data'
  return new Command('evaluate')
    .description('measure a model')
    .addCommand(
      evaluation('denoise', 'clean pictures, with Gaussian noise added and taken out again', [
        `${data}/cbsd68 --sigma 25`,
        `${data}/set12 --sigma 25 --grey --json`,
      ])
        .requiredOption('--sigma <sigma>', 'standard deviation of the noise, on 0..255', sigma)
        .option('--grey', GREY)
        .addOption(ensembleOption()),
    )
    .addCommand(
      evaluation('jpeg', 'clean pictures, saved as a grey JPEG and repaired; measured on luma', [
        `${data}/classic5 --quality 10`,
      ])
        .requiredOption('--quality <percent>', 'of the JPEG, 1 to 100', percent)
        .addOption(ensembleOption()),
    )
    .addCommand(
      evaluation('upscale', 'pairs of large and small pictures, or large ones made small; measured on luma', [
        `${data}/sr/set5 --scale 2`,
      ])
        .addOption(scaleOption().makeOptionMandatory())
        .addOption(ensembleOption()),
    )
    .addCommand(
      evaluation(
        'document',
        'pairs of pages, as photographed and clean: F-measure of the text, RMSE of the page',
        [`${data}/documents/test`, `${data}/documents/test --model none --binarise otsu`],
      ).addOption(binariseOption().default('sauvola')),
    )
    .addCommand(
      evaluation('inpaint', 'clean pictures, with thin scratches over 5 %; measured in the scratches', [
        `${data}/cbsd68`,
      ]).option('--grey', GREY),
    )
    .addCommand(
      evaluation('scratches', 'clean pictures, with noise and thin scratches over 2 %: which are found', [
        `${data}/cbsd68`,
      ]).option('--grey', GREY),
    )
    .addCommand(
      evaluation('colourise', 'colour pictures, turned to grey and coloured again', [`${data}/cbsd68`]),
    )
    .addCommand(
      evaluation(
        'pairs',
        'a model of any task on pairs of files: a_real and a_mean, folders image and clean, …',
        [`${data}/polyu-test`, `${data}/sr/set5/x2 --model upscale-2`],
      )
        .option('--grey', GREY)
        .addOption(ensembleOption()),
    )
}

const GREY = 'turn the pictures to grey first'

/** What a model must be for; pairs are for any, noise being the first to come to mind. */
const TASK_OF: Record<EvaluationTask, TrainedTask> = {
  denoise: 'denoise',
  jpeg: 'jpeg-repair',
  upscale: 'upscale',
  document: 'document-clean',
  inpaint: 'inpaint',
  scratches: FIND_SCRATCHES,
  colourise: 'colourise',
  pairs: 'denoise',
}

async function evaluate(context: Context, task: EvaluationTask, options: EvaluateOptions): Promise<boolean> {
  const { terminal, signal, cwd, env, backend } = context
  const { model: _model, ...asked } = options
  const data = testFolder(options.data, cwd, env)
  const folder = await folderOfModel(context, task, options)
  const job: Evaluation = evaluationSchema.parse({ grey: false, ...asked, task, folder, data })
  const measured = await context.withEngine({ backend }, (engine) =>
    withProgress(terminal.errorOutput, (view) =>
      engine.run('evaluate', job, { signal, onProgress: view.update }),
    ),
  )
  const { folder: _folder, limit: _limit, ...conditions } = job
  terminal.print(report(measured, conditionsInWords(job)))
  terminal.result({ ok: true, ...conditions, ...measured })
  return true
}

async function folderOfModel(
  { models }: Context,
  task: EvaluationTask,
  { model: id, scale }: EvaluateOptions,
): Promise<string | null> {
  if (id === 'none') return null
  if (task === 'pairs' && id !== undefined) return (await models.find(id)).folder
  return (await modelFor(models, TASK_OF[task], { id, scale })).folder
}

function conditionsInWords(job: Evaluation): string {
  const parts = [path.basename(job.data)]
  if ('grey' in job && job.grey) parts.push('in grey')
  if ('sigma' in job) parts.push(`sigma ${job.sigma}`)
  if ('quality' in job) parts.push(`quality ${job.quality}`)
  if ('scale' in job) parts.push(`×${job.scale}`)
  if ('binarise' in job) parts.push(`binarised by ${job.binarise}`)
  if ('ensemble' in job && job.ensemble) parts.push('self-ensemble')
  return parts.join(', ')
}

/** Figures that only some tasks have. */
const SPECIAL = [
  { key: 'fMeasure', name: 'F-measure', digits: 2 },
  { key: 'rmse', name: 'RMSE', digits: 4 },
  { key: 'recall', name: 'found, %', digits: 1 },
  { key: 'precision', name: 'of it right, %', digits: 1 },
  { key: 'falseAlarms', name: 'marked where none are, %', digits: 2 },
] as const

function report(measured: EngineOutput<'evaluate'>, conditions: string): string {
  const { model, backend, psnr, ssim, inputPsnr, seconds, megapixels } = measured
  const special = SPECIAL.flatMap(({ key, name, digits }) => {
    const value = measured[key]
    return value === undefined ? [] : [{ name, value: value.toFixed(digits) }]
  })
  const rows = [
    ['', 'PSNR, dB', 'SSIM', ...special.map(({ name }) => name)],
    ['input', inputPsnr.toFixed(2)],
    [model, psnr.toFixed(2), ssim.toFixed(4), ...special.map(({ value }) => value)],
  ]
  const numbers = rows[0].map((_, column) => column).slice(1)
  const speed = `${inMegapixels(megapixels)} in ${inWords(seconds * 1000)}${backend === 'none' ? '' : ` on ${backend}`}`
  return `${count(measured.count, 'picture')} of ${conditions}\n\n${table(rows, numbers)}\n\n${speed}`
}

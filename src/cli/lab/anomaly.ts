/** `limpid lab anomaly` */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { LimpidError } from '../../contract/errors.ts'
import type { Context, Perform } from '../context.ts'
import { dataFolder } from '../project.ts'
import { table } from '../quantities.ts'
import { refuse } from '../refuse.ts'
import { anomalyDigits } from './anomaly-digits.ts'
import { type SourceOptions, withSource } from './sources.ts'
import { count, finish, jobOf, type Out, run, withSheet } from './tool.ts'

type AnomalyOptions = SourceOptions &
  Out & { model?: string; normal?: string[]; shown: number; folder?: string }

export function anomalyCommand(perform: Perform): Command {
  return withSheet(withSource(new Command('anomaly')), 'anomalies')
    .description('pictures by the error of their reconstruction, the strangest first')
    .option(
      '--model <folder>',
      'an autoencoder trained on what is normal (with --mnist alone: one is trained for each digit)',
    )
    .option('--normal <digits...>', 'digits that are normal: gives the AUROC')
    .option('--folder <folder>', 'of the ten models of --mnist (default: lab/anomaly in the data home)')
    .addOption(count('--shown <count>', 'so many are drawn', 25))
    .action((named: string[], options: AnomalyOptions, command: Command) =>
      perform(command, (context) =>
        options.model === undefined && options.mnist
          ? anomalyOfDigits(context, command, options)
          : anomaly(context, command, named, options),
      ),
    )
}

async function anomaly(
  context: Context,
  command: Command,
  named: string[],
  options: AnomalyOptions,
): Promise<boolean> {
  if (options.model === undefined) {
    throw new LimpidError('bad-request', 'No model is named.', { hint: 'Say --model and its folder.' })
  }
  const normal = options.normal?.map((digit) => {
    if (/^[0-9]$/.test(digit)) return Number(digit)
    throw new LimpidError('bad-request', `"${digit}" is no digit.`, { hint: 'Name digits from 0 to 9.' })
  })
  refuse(command, ['folder'], 'with --model')
  if (!options.mnist) refuse(command, ['normal'], 'without --mnist: only its digits have labels')
  const job = await jobOf(context, command, named, { ...options, model: options.model })
  const done = await run(context, 'rankAnomalies', { ...job, shown: options.shown, normal })
  const rows = done.items.slice(0, options.shown).map(({ name, error }) => [error.toExponential(3), name])
  context.terminal.print(table([['error', 'picture'], ...rows]))
  if (done.auroc !== null) context.terminal.print(`AUROC ${done.auroc.toFixed(4)}`)
  else if (normal) context.terminal.note('There is no AUROC: all of the digits are normal, or none is.')
  return finish(context, { ...done, sheet: job.path })
}

const AUROC_TARGET = 0.93

async function anomalyOfDigits(
  context: Context,
  command: Command,
  options: AnomalyOptions,
): Promise<boolean> {
  const unused = ['pictures', 'fit', 'limit', 'normal', 'shown', 'out', 'overwrite']
  refuse(command, unused, 'with --mnist alone, which measures a model for each digit on all of them')
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

/** `limpid bench`: how fast each backend of this machine is on the models, beside the one that Limpid chooses. */
import os from 'node:os'
import { Command } from 'commander'
import type { BenchMeasurement } from '../../contract/bench.ts'
import type { EngineOutput } from '../../contract/engine-protocol.ts'
import type { Context, Perform } from '../context.ts'
import { withProgress } from '../progress.ts'
import { version } from '../project.ts'
import { table } from '../quantities.ts'

export function benchCommand(perform: Perform): Command {
  return new Command('bench')
    .description('measure every backend on the models: how long a picture and a training step take')
    .option('--quick', 'only what takes about a minute a model: 256² and training, three rounds')
    .option('--model <id...>', 'these models instead of every shipped one (`limpid models list` lists them)')
    .addHelpText(
      'after',
      `
Nothing else should compute meanwhile. A backend that would take too long is left out.

Examples:
  limpid bench --quick
  limpid bench --model denoise-fast --json > bench.json`,
    )
    .action((options: BenchOptions, command: Command) =>
      perform(command, (context) => bench(context, options)),
    )
}

type BenchOptions = { quick?: boolean; model?: string[] }

/** Processes that want to compute, on average over a minute, as a share of the cores: more than this disturbs. */
const IDLE = 0.2

async function bench(context: Context, { quick = false, model: ids }: BenchOptions): Promise<boolean> {
  const { terminal, signal, backend, models, withEngine } = context
  const chosen = ids
    ? await Promise.all(ids.map((id) => models.find(id)))
    : (await models.list()).models.filter(({ shipped }) => shipped)
  const machine = {
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    processor: os.cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: os.availableParallelism(),
    /** Before anything was measured. */
    load: os.loadavg()[0],
  }
  const folders = chosen.map(({ folder }) => folder)
  const measured = await withEngine({ backend }, (engine) =>
    withProgress(terminal.errorOutput, (view) =>
      engine.run('bench', { folders, quick }, { signal, onProgress: view.update }),
    ),
  )
  terminal.print(`Limpid ${version}, ${machine.processor}, ${machine.cores} cores, Node ${machine.node}`)
  if (machine.load > IDLE * machine.cores) {
    terminal.print(
      `SOMETHING ELSE COMPUTED HERE (load ${machine.load.toFixed(1)}): the times are not to be trusted, the ratios a little.`,
    )
  }
  terminal.print(`\n${report(measured)}`)
  terminal.result({ ok: true, version, machine, ...measured })
  return true
}

function report({ reference, backends, measurements }: EngineOutput<'bench'>): string {
  const engines = table(
    backends.map(({ name, device, problem }) => [
      name,
      problem === null ? device : `not measured: ${problem}`,
    ]),
  )
  return [
    engines,
    `Ratios are of times: how many times as long as ${reference} it takes. wasm and cpu are measured\non one core; pictures are restored on all of them.`,
    ...measurements.map((measurement) => tableOf(measurement, reference)),
  ].join('\n\n')
}

function tableOf({ model, work, results }: BenchMeasurement, reference: string): string {
  const rows = results.map(({ backend, ratio, ms, megapixelsPerSecond, problem }) => [
    `  ${backend}`,
    ratio === null ? '' : ratio.toFixed(2),
    ms === null ? (problem ?? '') : milliseconds(ms),
    megapixelsPerSecond === null ? '' : `${megapixelsPerSecond.toPrecision(3)} MP/s`,
  ])
  return table([[`${model}, ${work}`, `/ ${reference}`, 'time', 'speed'], ...rows])
}

function milliseconds(ms: number): string {
  return ms < 9995 ? `${ms.toFixed(ms < 100 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`
}

/** `limpid doctor`: which backends compute here, why the better ones do not, and what to do about it. */
import os from 'node:os'
import { Command } from 'commander'
import type { BackendReport } from '../../contract/backend.ts'
import type { Context, Perform } from '../context.ts'
import { withProgress } from '../progress.ts'
import { version } from '../project.ts'
import { inWords, table } from '../quantities.ts'

export function doctorCommand(perform: Perform): Command {
  return new Command('doctor')
    .description('try every compute backend, and say which one is used and why')
    .action((_options: object, command: Command) => perform(command, doctor))
}

export async function doctor({ terminal, signal, backend, withEngine }: Context): Promise<boolean> {
  const { backends, chosen } = await withEngine({ backend }, (engine) =>
    withProgress(terminal.errorOutput, (view) =>
      engine.run('doctor', {}, { signal, onProgress: view.update }),
    ),
  )
  const platform = `${process.platform}-${process.arch}`
  const node = process.versions.node
  const processor = os.cpus()[0]?.model.trim() ?? 'unknown processor'
  const cores = os.availableParallelism()
  const memory = os.totalmem()
  const ok = chosen !== null

  terminal.print(`Limpid ${version} on ${platform}, Node ${node}`)
  terminal.print(`${processor}, ${cores} cores, ${(memory / 1e9).toFixed(1)} GB\n`)
  terminal.print(
    table(
      backends.map((report) => row(report, report.name === chosen?.name)),
      [3],
    ),
  )
  for (const { name, problem, remedy } of backends) {
    if (problem !== null) terminal.print(`\n${name}: ${problem}${remedy === null ? '' : `\n  ${remedy}`}`)
  }
  terminal.print(ok ? `\nLimpid computes on ${chosen.name}.` : '\nNo backend works here.')
  terminal.result({ ok, version, platform, node, processor, cores, memory, backends, chosen })
  return ok
}

function row(
  { name, usable, device, gigaflops, trainingGigaflops, startMs }: BackendReport,
  isChosen: boolean,
) {
  return [
    isChosen ? '→' : ' ',
    usable ? '✓' : '✗',
    name,
    gigaflops === null ? '' : `${gigaflops.toFixed(1)} GFLOP/s`,
    trainingGigaflops === undefined ? '' : `training ${trainingGigaflops.toFixed(1)}`,
    startMs === null ? '' : `starts in ${inWords(startMs)}`,
    device,
  ]
}

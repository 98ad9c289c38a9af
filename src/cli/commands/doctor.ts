/** `limpid doctor`: which backends compute here, why the better ones do not, and what to do about it. */
import os from 'node:os'
import { Command } from 'commander'
import type { BackendReport } from '../../contract/backend.ts'
import type { Context, Perform } from '../context.ts'
import { withProgress } from '../progress.ts'
import { version } from '../project.ts'
import { fileSize, inWords, table } from '../quantities.ts'

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
      [3, 6],
    ),
  )
  for (const report of backends) {
    const advice = adviceOn(report)
    if (advice !== '') terminal.print(`\n${report.name}: ${advice}`)
  }
  terminal.print(ok ? `\nLimpid computes on ${chosen.name}.` : '\nNo backend works here.')
  terminal.result({ ok, version, platform, node, processor, cores, memory, backends, chosen })
  return ok
}

function row(
  { name, usable, device, driver, gigaflops, trainingGigaflops, memory, startMs }: BackendReport,
  isChosen: boolean,
) {
  return [
    isChosen ? '→' : ' ',
    usable ? '✓' : '✗',
    name,
    gigaflops === null ? '' : `${speed(gigaflops)} GFLOP/s`,
    trainingGigaflops === undefined ? '' : `training ${speed(trainingGigaflops)}`,
    startMs === null ? '' : `starts in ${inWords(startMs)}`,
    memory === undefined ? '' : fileSize(memory),
    driver === undefined ? device : `${device}, ${driver}`,
  ]
}

/** Why it can't be used and what to do, or what could be better: a sentence a line. */
function adviceOn({ problem, remedy, note }: BackendReport): string {
  return [problem, remedy, note].filter((sentence) => sentence).join('\n  ')
}

function speed(gigaflops: number): string {
  return gigaflops < 1 ? gigaflops.toPrecision(2) : gigaflops.toFixed(1)
}

/**
 * How well several workers share what one WebAssembly thread computes alone: one large picture, and a batch of small
 * ones, file to file through engine processes, in turns. Prints medians and the efficiency: 1 where N workers are N
 * times as fast as one; wanted: 0.8. `node tools/bench/wasm-pool.ts [--workers 2,4] [--rounds 5] [--quick] [--json]`
 *
 * On a machine where something else computes, one worker finds a free core where two don't. So each time is also given
 * less the share in which the engine's threads were ready and had to wait for a core: `corrected`. What a full cache or
 * a full memory bus costs is in neither.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { EngineProcess } from '../../src/app/engine-process.ts'
import { ENGINE_WORKERS_VARIABLE } from '../../src/contract/engine-protocol.ts'
import { random } from '../../src/engine/random.ts'
import { median } from './measure.ts'
import { childProcesses, schedulingOf, shareOfCores } from './waiting.ts'

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'denoise-fast' },
    workers: { type: 'string', default: String(os.availableParallelism()) },
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
/** An id of a shipped model, or a model folder. */
const model = path.resolve(import.meta.dirname, '../../models', options.model)
const most = options.workers.split(',').map(Number)
const WORKS = options.quick
  ? [
      { name: 'one picture of 2 MP', count: 1, width: 1600, height: 1200 },
      { name: '6 pictures of 0.15 MP', count: 6, width: 481, height: 321 },
    ]
  : [
      { name: 'one picture of 3 MP', count: 1, width: 2000, height: 1500 },
      { name: '12 pictures of 0.15 MP', count: 12, width: 481, height: 321 },
    ]

const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-pool-'))
/** By the number of workers. */
const engines = new Map<number, { engine: EngineProcess; pid: number | undefined }>()
try {
  for (const count of new Set([1, ...most])) {
    // The variable is read when the process starts: with its first job.
    process.env[ENGINE_WORKERS_VARIABLE] = String(count)
    const entry = path.join(import.meta.dirname, '../../src/engine/main.ts')
    const engine = new EngineProcess({ entry, backend: () => 'wasm' })
    const others = childProcesses()
    await engine.run('warmup', {})
    engines.set(count, { engine, pid: childProcesses().find((pid) => !others.includes(pid)) })
  }
  const results = []
  for (const work of WORKS) results.push(...(await measure(work)))
  if (options.json) console.log(JSON.stringify({ load: os.loadavg()[0], results }))
} finally {
  await Promise.all([...engines.values()].map(({ engine }) => engine.close()))
  await rm(folder, { recursive: true, force: true })
}

async function measure({ name, count, width, height }: (typeof WORKS)[number]) {
  const files = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      writeNoise(path.join(folder, `${width}-${i}.jpg`), width, height, i),
    ),
  )
  const small = await Promise.all(
    Array.from({ length: Math.max(...engines.keys()) }, (_, i) =>
      writeNoise(path.join(folder, `small-${i}.jpg`), 64, 64, i),
    ),
  )
  const times = new Map<number, Time[]>([...engines.keys()].map((workers) => [workers, []]))
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [workers, { engine, pid }] of engines) {
      await denoise(engine, small) // workers that rested for long have ended: they are started here
      const before = pid === undefined ? null : schedulingOf(pid)
      const start = performance.now()
      await denoise(engine, files)
      const seconds = (performance.now() - start) / 1000
      const share = shareOfCores(before, pid === undefined ? null : schedulingOf(pid))
      times.get(workers)!.push({ seconds, corrected: seconds * share })
    }
  }
  return most.map((workers) => {
    const [ones, all] = [times.get(1)!, times.get(workers)!]
    const efficiency = (of: keyof Time) =>
      median(ones.map((one, round) => one[of] / all[round][of] / workers))
    const of = (list: Time[], which: keyof Time) => median(list.map((time) => time[which]))
    const result = {
      name,
      workers,
      secondsOfOne: of(ones, 'seconds'),
      seconds: of(all, 'seconds'),
      efficiency: efficiency('seconds'),
      corrected: efficiency('corrected'),
      correctedSecondsOfOne: of(ones, 'corrected'),
      correctedSeconds: of(all, 'corrected'),
    }
    if (!options.json) console.log(describe(result))
    return result
  })
}

/** s; `corrected`: less the share in which threads waited for a core. */
type Time = { seconds: number; corrected: number }

function describe({ name, workers, ...result }: Awaited<ReturnType<typeof measure>>[number]): string {
  const line = (one: number, all: number, efficiency: number) =>
    `1 worker ${one.toFixed(2)} s, ${workers} workers ${all.toFixed(2)} s, efficiency ${efficiency.toFixed(3)}`
  return [
    `${name}: ${line(result.secondsOfOne, result.seconds, result.efficiency)}`,
    `  corrected for waiting: ${line(result.correctedSecondsOfOne, result.correctedSeconds, result.corrected)}`,
  ].join('\n')
}

/** File to file, as many at a time as the engine takes. */
async function denoise(engine: EngineProcess, files: string[]): Promise<void> {
  const steps = [{ task: 'denoise' as const, folder: model, strength: 1 }]
  await Promise.all(
    files.map((file) =>
      engine.run('process', {
        path: file,
        steps,
        target: { path: file.replace('.jpg', '-out.jpg'), overwrite: true },
      }),
    ),
  )
}

async function writeNoise(file: string, width: number, height: number, seed: number): Promise<string> {
  const noise = new Float32Array(width * height * 3)
  random(seed + 1).fillGaussian(noise)
  const samples = Uint8Array.from(noise, (value) => Math.max(0, Math.min(255, 128 + 20 * value)))
  await sharp(samples, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92 })
    .toFile(file)
  return file
}

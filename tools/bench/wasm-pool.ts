/**
 * How well several workers share what one WebAssembly thread computes alone: one large picture, and a batch of small
 * ones, file to file through engine processes, in turns. Prints medians and the efficiency: 1 where N workers are N
 * times as fast as one; wanted: 0.8. `node tools/bench/wasm-pool.ts [--workers 2,4] [--rounds 5] [--quick] [--json]`
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
/** One alone takes about 20 s for each: workers that rest for 30 s would end. */
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
const engines = new Map<number, EngineProcess>()
try {
  for (const count of new Set([1, ...most])) {
    // The variable is read when the process starts: with its first job.
    process.env[ENGINE_WORKERS_VARIABLE] = String(count)
    const entry = path.join(import.meta.dirname, '../../src/engine/main.ts')
    const engine = new EngineProcess({ entry, backend: () => 'wasm' })
    await engine.run('warmup', {})
    engines.set(count, engine)
  }
  const results = []
  for (const work of WORKS) results.push(...(await measure(work)))
  if (options.json) console.log(JSON.stringify({ load: os.loadavg()[0], results }))
} finally {
  await Promise.all([...engines.values()].map((engine) => engine.close()))
  await rm(folder, { recursive: true, force: true })
}

async function measure({ name, count, width, height }: (typeof WORKS)[number]) {
  const files = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      writeNoise(path.join(folder, `${width}-${i}.jpg`), width, height, i),
    ),
  )
  const times = new Map<number, number[]>([...engines.keys()].map((workers) => [workers, []]))
  for (let round = -1; round < Number(options.rounds); round++) {
    for (const [workers, engine] of engines) {
      const seconds = await timed(engine, files)
      if (round >= 0) times.get(workers)!.push(seconds) // the first starts the workers
    }
  }
  return most.map((workers) => {
    const efficiency = median(times.get(1)!.map((one, i) => one / times.get(workers)![i] / workers))
    const [one, all] = [median(times.get(1)!), median(times.get(workers)!)]
    if (!options.json) {
      console.log(
        `${name}: 1 worker ${one.toFixed(2)} s, ${workers} workers ${all.toFixed(2)} s, efficiency ${efficiency.toFixed(3)}`,
      )
    }
    return { name, workers, secondsOfOne: one, seconds: all, efficiency }
  })
}

/** Wall time of the whole batch, s. */
async function timed(engine: EngineProcess, files: string[]): Promise<number> {
  const start = performance.now()
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
  return (performance.now() - start) / 1000
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

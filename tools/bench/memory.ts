/**
 * Whether the engine's memory stays flat: `node tools/bench/memory.ts [--jobs 1000] [--backend wasm] [--json]` restores
 * small pictures one after the other in one process, as the engine does, and prints how much memory it holds. Memory
 * after the first fifth (warm-up) and at the end may differ by 5 %.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { backendNameSchema } from '../../src/contract/backend.ts'
import { Compute } from '../../src/engine/compute.ts'
import { aloneWith } from '../../src/engine/jobs/job-context.ts'
import { processPicture } from '../../src/engine/jobs/process.ts'
import { random } from '../../src/engine/random.ts'
import { tf } from '../../src/engine/tf.ts'
import { asEngineProcess } from './as-engine-process.ts'
import { median } from './measure.ts'

asEngineProcess(import.meta.filename)

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'denoise-fast' },
    jobs: { type: 'string', default: '1000' },
    backend: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const model = path.resolve(import.meta.dirname, '../../models', options.model)
const jobs = Number(options.jobs)
const window = Math.max(1, Math.floor(jobs / 10))

const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-memory-'))
try {
  const wanted = backendNameSchema.optional().parse(options.backend)
  const compute = new Compute({ wanted })
  const { choice } = await compute.session()
  const pictures = await Promise.all([96, 128, 160].map(writeNoise))
  const rss: number[] = []
  let tensors = 0
  for (let i = 0; i < jobs; i++) {
    const steps = [{ task: 'denoise' as const, folder: model, strength: 1 }]
    const target = { path: path.join(folder, 'out.png'), overwrite: true }
    const file = pictures[i % pictures.length]
    await processPicture({ path: file, steps, target }, aloneWith(compute))
    rss.push(process.memoryUsage().rss / 2 ** 20)
    if (i === 2 * window) tensors = tf.memory().numTensors
    if (!options.json && (i + 1) % window === 0) {
      const recent = median(rss.slice(-window))
      console.log(`${i + 1} jobs: ${recent.toFixed(0)} MB, ${tf.memory().numTensors} tensors`)
    }
  }
  const [before, after] = [median(rss.slice(2 * window, 3 * window)), median(rss.slice(-window))]
  const growth = after / before - 1
  const newTensors = tf.memory().numTensors - tensors
  const flat = Math.abs(growth) <= 0.05 && newTensors === 0
  if (options.json) {
    console.log(JSON.stringify({ backend: choice.name, jobs, before, after, growth, newTensors, flat }))
  } else {
    console.log(
      `${choice.name}: ${flat ? 'flat' : 'NOT FLAT'} (${(100 * growth).toFixed(1)} %, ${newTensors} tensors more)`,
    )
  }
  if (!flat) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exit()

async function writeNoise(side: number): Promise<string> {
  const file = path.join(folder, `${side}.png`)
  const noise = new Float32Array(side * side * 3)
  random(side).fillGaussian(noise)
  const samples = Uint8Array.from(noise, (value) => Math.max(0, Math.min(255, 128 + 20 * value)))
  await sharp(samples, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(file)
  return file
}

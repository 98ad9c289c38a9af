/**
 * What the whole path costs over the bare model: part of `npm run bench`, or alone. A 12 MP JPEG is denoised from file
 * to file, and the bare model is run on as many pixels, in turns in one warm process; then once more alone in a fresh
 * engine process, for its peak memory. Prints medians and their ratio; `--json` for one object.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { EngineProcess } from '../../src/app/engine-process.ts'
import { Compute } from '../../src/engine/compute.ts'
import { aloneWith } from '../../src/engine/jobs/job-context.ts'
import { processPicture } from '../../src/engine/jobs/process.ts'
import { random } from '../../src/engine/random.ts'
import { planTiles } from '../../src/engine/tiling.ts'
import { asEngineProcess } from './as-engine-process.ts'
import { median } from './measure.ts'

const WIDTH = 4000 // px
const HEIGHT = 3000

export type EndToEnd = Awaited<ReturnType<typeof timeInTurns>> & { megapixels: number; peakMemoryMB: number }

asEngineProcess(import.meta.filename)

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'denoise-fast' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})
/** An id of a shipped model, or a model folder. */
const model = path.resolve(import.meta.dirname, '../../models', options.model)
const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-bench-'))
try {
  const photo = path.join(folder, 'photo.jpg')
  await writeNoisyPhoto(photo)
  const timings = await timeInTurns(photo, Number(options.rounds))
  const peakMemory = await peakMemoryOf(photo)
  const result: EndToEnd = {
    megapixels: (WIDTH * HEIGHT) / 1e6,
    ...timings,
    peakMemoryMB: Math.round(peakMemory / 2 ** 20),
  }
  if (options.json) console.log(JSON.stringify(result))
  else {
    console.log(
      `12 MP JPEG, file to file   ${result.endToEndSeconds.toFixed(2)} s (median of ${options.rounds})`,
    )
    console.log(`bare model, as many pixels ${result.bareSeconds.toFixed(2)} s`)
    console.log(`ratio                      ${result.ratio.toFixed(3)}`)
    console.log(`peak memory of the engine  ${result.peakMemoryMB} MB`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function timeInTurns(photo: string, rounds: number) {
  const compute = new Compute()
  const session = await compute.session()
  const backend = session.choice.name
  const network = await session.open(model)
  const context = aloneWith(compute)
  const endToEnd = () =>
    processPicture(
      {
        path: photo,
        steps: [{ task: 'denoise', folder: model, strength: 1 }],
        target: { path: path.join(folder, 'out.jpg'), overwrite: true },
      },
      context,
    )
  // The same number of pixels in tiles of about the same size, without halos: what no tiling could go below.
  const side = { width: WIDTH / 2, height: HEIGHT / 2 }
  const values = new Float32Array(side.width * (side.height + 4) * 3).fill(0.5)
  const bare = async () => {
    for (let i = 0; i < 4; i++) {
      await network.run(values.subarray(0, side.width * 1496 * 3), side.width, 1496, 3)
    }
  }
  const scale = (WIDTH * HEIGHT) / (4 * side.width * 1496)
  await endToEnd()
  await bare()
  const times: { endToEnd: number; bare: number }[] = []
  for (let round = 0; round < rounds; round++) {
    times.push({ endToEnd: await seconds(endToEnd), bare: (await seconds(bare)) * scale })
  }
  const tiles = planTiles(WIDTH, HEIGHT, network.manifest, 3.5e6)
  const computed = tiles.reduce((sum, { input }) => sum + input.width * input.height, 0)
  return {
    backend,
    model: path.basename(model),
    endToEndSeconds: median(times.map((time) => time.endToEnd)),
    bareSeconds: median(times.map((time) => time.bare)),
    ratio: median(times.map((time) => time.endToEnd / time.bare)),
    pixelsComputed: computed / (WIDTH * HEIGHT),
  }
}

async function peakMemoryOf(photo: string): Promise<number> {
  const engine = new EngineProcess({ entry: path.join(import.meta.dirname, '../../src/engine/main.ts') })
  try {
    const { peakMemory } = await engine.run('process', {
      path: photo,
      steps: [{ task: 'denoise', folder: model, strength: 1 }],
      target: { path: path.join(folder, 'alone.jpg'), overwrite: true },
    })
    return peakMemory
  } finally {
    await engine.close()
  }
}

async function writeNoisyPhoto(file: string): Promise<void> {
  const samples = new Uint8Array(WIDTH * HEIGHT * 3)
  const noise = new Float32Array(WIDTH * 3)
  for (let y = 0; y < HEIGHT; y++) {
    random(1, y).fillGaussian(noise)
    for (let i = 0; i < WIDTH * 3; i++) {
      const smooth = 128 + 60 * Math.sin(i / 700) * Math.cos(y / 300)
      samples[y * WIDTH * 3 + i] = Math.max(0, Math.min(255, smooth + 15 * noise[i]))
    }
  }
  await sharp(samples, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 92 })
    .toFile(file)
}

async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

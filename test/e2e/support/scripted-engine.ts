/**
 * An engine for tests of the window: it speaks the protocol, reads and saves real pictures with sharp, and in place
 * of a network smooths a little. What else a test wants stands in the picture's file name: `slow` takes 16 s
 * in eight coarse jumps, `fails` fails, `crashes` ends the process. LIMPID_TEST_FALLBACK: only wasm works.
 */
import { mkdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import type { BackendChoice, BackendReport } from '../../../src/contract/backend.ts'
import type {
  EngineInput,
  EngineOutput,
  FromEngine,
  ToEngine,
} from '../../../src/contract/engine-protocol.ts'
import { LimpidError, toErrorData } from '../../../src/contract/errors.ts'

const SLOW = { jumps: 8, jumpMs: 2000 }
const cancelled = new Set<string>()

process.on('disconnect', () => process.exit())
process.on('message', async (message: ToEngine) => {
  if (message.type === 'cancel') {
    cancelled.add(message.id)
    return
  }
  const { id, kind, input } = message
  try {
    send({ type: 'done', id, output: await run(id, kind, input) })
  } catch (thrown) {
    send({ type: 'failed', id, error: toErrorData(thrown) })
  }
})
send({ type: 'ready' })

async function run(id: string, kind: string, input: unknown): Promise<unknown> {
  switch (kind) {
    case 'warmup':
      send({ type: 'backend', choice: choice() })
      return choice()
    case 'doctor':
      return doctor()
    case 'inspect':
      return inspect(input as EngineInput<'inspect'>)
    case 'restore':
      return restore(id, input as EngineInput<'restore'>)
    case 'export':
      return save(input as EngineInput<'export'>)
    default:
      throw new LimpidError('bad-request', `The scripted engine knows no ${kind}.`)
  }
}

async function inspect({ path, folder }: EngineInput<'inspect'>): Promise<EngineOutput<'inspect'>> {
  const name = basename(path)
  const { size } = await stat(path)
  const picture = sharp(path)
  const meta = await picture.metadata().catch((cause: unknown) => {
    throw new LimpidError('not-a-picture', `${name} is no picture that Limpid can read.`, {
      hint: 'Open a JPEG, PNG, WebP, TIFF, AVIF or GIF file.',
      file: path,
      cause,
    })
  })
  await mkdir(folder, { recursive: true })
  await picture.clone().resize(320, 320, { fit: 'inside' }).webp().toFile(join(folder, 'thumbnail.webp'))
  await picture.clone().png({ compressionLevel: 1 }).toFile(join(folder, 'view.png'))
  await picture
    .clone()
    .greyscale()
    .resize(Math.ceil(meta.width / 16), Math.ceil(meta.height / 16), { fit: 'fill' })
    .png()
    .toFile(join(folder, 'noise-map.png'))
  return {
    info: {
      width: meta.width,
      height: meta.height,
      format: meta.format,
      depth: meta.depth === 'ushort' ? 16 : 8,
      channels: meta.channels < 3 ? 1 : 3,
      hasAlpha: meta.hasAlpha,
      hasProfile: meta.icc !== undefined,
      hasExif: meta.exif !== undefined,
      bytes: size,
      jpegQuality: meta.format === 'jpeg' ? (name.includes('blocky') ? 20 : 86) : null,
      notes: [],
    },
    noise: { sigma: 23.6, shadows: 31, highlights: 15 },
    thumbnail: 'thumbnail.webp',
    view: 'view.png',
    noiseMap: 'noise-map.png',
  }
}

const NOISE_MAP = 'removed-noise.png'

async function restore(
  id: string,
  { path, folder, steps }: EngineInput<'restore'>,
): Promise<EngineOutput<'restore'>> {
  const name = basename(path)
  const start = performance.now()
  if (name.includes('crashes')) process.exit(139)
  if (name.includes('fails')) {
    throw new LimpidError('out-of-memory', `There was not enough memory to denoise ${name}.`, {
      hint: 'Close other programs, then try again.',
      file: path,
    })
  }
  if (name.includes('slow')) await beSlow(id)
  await mkdir(folder, { recursive: true })
  const { width: ownWidth, height: ownHeight } = await sharp(path).metadata()
  const scale = steps.reduce((times, step) => (step.task === 'upscale' ? times * step.scale : times), 1)
  const [width, height] = [scale * ownWidth, scale * ownHeight]
  const smoothed = sharp(await sharp(path).median(3).blur(0.7).png().toBuffer()).resize(width, height)
  await smoothed.clone().tiff({ compression: 'deflate' }).toFile(join(folder, 'result.tif'))
  await smoothed.clone().png({ compressionLevel: 1 }).toFile(join(folder, 'result-view.png'))
  await sharp({ create: { width: 8, height: 6, channels: 3, background: '#888' } }).toFile(
    join(folder, NOISE_MAP),
  )
  const seconds = (performance.now() - start) / 1000
  return {
    result: 'result.tif',
    view: 'result-view.png',
    removedNoise: { sigma: 4.4, shadows: 6, highlights: 3 },
    noiseMap: NOISE_MAP,
    width,
    height,
    backend: choice().name,
    seconds,
    modelSeconds: seconds,
    megapixels: (width * height) / 1e6,
    peakMemory: 0,
  }
}

async function beSlow(id: string): Promise<void> {
  const { jumps, jumpMs } = SLOW
  for (let jump = 0; jump < jumps; jump++) {
    const remainingMs = jump === 0 ? null : (jumps - jump) * jumpMs
    send({ type: 'progress', id, progress: { done: jump / jumps, label: 'Denoising', remainingMs } })
    const end = performance.now() + jumpMs
    while (performance.now() < end) {
      if (cancelled.has(id)) throw new LimpidError('cancelled', 'Cancelled.')
      await sleep(20)
    }
  }
}

async function save({
  path,
  result,
  strength,
  target,
}: EngineInput<'export'>): Promise<EngineOutput<'export'>> {
  const taken = await stat(target.path).then(
    () => true,
    () => false,
  )
  if (taken && !target.overwrite) {
    throw new LimpidError('file-exists', `${basename(target.path)} is there already.`, { file: target.path })
  }
  const { width: wide, height: high } = await sharp(result).metadata()
  const before = await sharp(path)
    .resize(wide, high)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const after = await sharp(result).removeAlpha().raw().toBuffer()
  const blended = before.data.map((value, i) => Math.round(value + strength * (after[i]! - value)))
  const { width, height, channels } = before.info
  const format = target.format ?? (await sharp(path).metadata()).format
  const written = await sharp(blended, { raw: { width, height, channels } })
    .toFormat(format as 'png', target.quality === undefined ? {} : { quality: target.quality })
    .toFile(target.path)
  const notes = format === 'jpeg' ? ['JPEG holds 8 bits a sample: the 16-bit picture was reduced.'] : []
  return { path: target.path, format: format as 'png', bytes: written.size, notes }
}

function choice(): BackendChoice {
  if (!process.env.LIMPID_TEST_FALLBACK) {
    return { name: 'tensorflow', device: 'TensorFlow 2.21 on the CPU (oneDNN)', passedOver: [] }
  }
  return {
    name: 'wasm',
    device: 'WebAssembly, SIMD, 2 workers',
    passedOver: [
      { name: 'tensorflow', problem: "TensorFlow's native library is not installed." },
      { name: 'webgpu', problem: 'No GPU was found.' },
    ],
  }
}

function doctor(): EngineOutput<'doctor'> {
  const works = (name: BackendReport['name'], device: string, gigaflops: number): BackendReport => {
    return { name, usable: true, device, problem: null, remedy: null, gigaflops, startMs: 400 }
  }
  const fails = (name: BackendReport['name'], problem: string, remedy: string): BackendReport => {
    return { name, usable: false, device: '', problem, remedy, gigaflops: null, startMs: null }
  }
  const native = process.env.LIMPID_TEST_FALLBACK
    ? fails('tensorflow', "TensorFlow's native library is not installed.", 'Run `npm run setup:tensorflow`.')
    : works('tensorflow', 'TensorFlow 2.21 on the CPU (oneDNN)', 92)
  const gpu = fails('webgpu', 'No GPU was found.', 'Install the driver of your graphics card.')
  const backends = [native, gpu, works('wasm', '2 workers, SIMD', 7.4), works('cpu', 'JavaScript', 0.2)]
  return { backends, chosen: choice() }
}

function send(message: FromEngine): void {
  process.send?.(message)
}

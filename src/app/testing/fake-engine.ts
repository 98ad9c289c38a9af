/**
 * An engine that speaks the protocol and computes nothing: what a test wants of it stands in the picture's file name.
 * `slow` (of the Lab's jobs: in that of their folder): it goes on until it is cancelled; `stubborn`: it does not heed that; `brief`: it takes 0.3 s; `ending`:
 * the process ends over it; `crash`, `garbage`, `misfit`, `bad`: what their names say. With LIMPID_WORKERS it takes so
 * many restorations at a time; with FAKE_CRASHING its best backend is TensorFlow, which ends the process so; with
 * FAKE_SLOW_DOCTOR its doctor goes on until it is cancelled. It writes small real files, so that what is served and saved can be read back.
 */
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BackendChoice, BackendName } from '../../contract/backend.ts'
import {
  ENGINE_PASSED_OVER_VARIABLE,
  type EngineInput,
  type EngineJobKind,
  type EngineOutput,
  type FromEngine,
  type ToEngine,
} from '../../contract/engine-protocol.ts'
import { LimpidError, toErrorData } from '../../contract/errors.ts'
import { labJob } from './fake-lab.ts'
import { train } from './fake-training.ts'

const cancelled = new Set<string>()
let announced = false

process.on('disconnect', () => process.exit())
process.on('message', async (message: ToEngine) => {
  if (message.type === 'cancel') {
    cancelled.add(message.id)
    return
  }
  const { id, kind, input } = message
  try {
    const output = await run(id, kind, input)
    send({ type: 'done', id, output })
  } catch (error) {
    send({ type: 'failed', id, error: toErrorData(error) })
  }
})
send({ type: 'ready' })

async function run(id: string, kind: EngineJobKind, input: unknown): Promise<unknown> {
  const wish = basename((input as { path?: string }).path ?? '')
  if (kind === 'warmup' || kind === 'restore') await announce()
  if (kind === 'warmup') return choice()
  if (kind === 'doctor' && process.env.FAKE_SLOW_DOCTOR) await work(id, 'slow')
  if (kind === 'doctor') return { backends: [], chosen: choice() }
  if (kind === 'inspect') return inspect(input as EngineInput<'inspect'>)
  if (kind === 'export') return save(input as EngineInput<'export'>)
  if (kind === 'train') return train(id, input as EngineInput<'train'>, cancelled, send)
  const ofLab = labJob(kind)
  if (ofLab) {
    const [folder = ''] = (input as { source?: { paths?: string[] } }).source?.paths ?? []
    if (basename(folder).includes('slow')) await work(id, 'slow')
    return ofLab(input)
  }
  if (wish.includes('crash')) {
    process.stderr.write('Segmentation fault in the fake engine\n')
    process.exit(139)
  }
  if (wish.includes('ending')) {
    send({ type: 'ending' })
    setTimeout(() => process.exit(1), 50)
    throw new LimpidError('internal', 'Something was thrown.')
  }
  if (wish.includes('garbage')) process.send?.({ type: 'progress', id, progress: 'half' })
  if (wish.includes('misfit')) return { result: 7 }
  if (wish.includes('slow') || wish.includes('stubborn')) await work(id, wish)
  const restored = restore(input as EngineInput<'restore'>)
  if (wish.includes('brief')) await sleep(300)
  return restored
}

async function work(id: string, wish: string): Promise<void> {
  for (let step = 0; step < 3000; step++) {
    if (cancelled.has(id) && !wish.includes('stubborn')) throw new LimpidError('cancelled', 'Cancelled.')
    send({ type: 'progress', id, progress: { done: step / 3000, label: 'Working', remainingMs: null } })
    await sleep(10)
  }
}

function inspect({ path, folder }: EngineInput<'inspect'>): EngineOutput<'inspect'> {
  const bytes = readFileSync(path)
  if (bytes.length === 0 || basename(path).includes('bad')) {
    throw new LimpidError('not-a-picture', `${basename(path)} is not a picture.`, { file: path })
  }
  copyFileSync(path, join(folder, 'thumbnail.png'))
  copyFileSync(path, join(folder, 'view.png'))
  const info = {
    width: bytes.length,
    height: 1,
    format: extname(path) === '.gif' ? 'gif' : 'png',
    depth: 8 as const,
    channels: 3 as const,
    hasAlpha: false,
    hasProfile: false,
    hasExif: false,
    bytes: bytes.length,
    jpegQuality: null,
    notes: [],
  }
  return { info, noise: null, thumbnail: 'thumbnail.png', view: 'view.png', noiseMap: null }
}

function restore({ path, folder, steps }: EngineInput<'restore'>): EngineOutput<'restore'> {
  const restored = `restored at ${steps.map((step) => step.strength)}: ${readFileSync(path, 'utf8')}`
  writeFileSync(join(folder, 'result.tif'), restored)
  writeFileSync(join(folder, 'result-view.png'), restored)
  writeFileSync(join(folder, 'removed-noise.png'), 'where')
  return {
    result: 'result.tif',
    view: 'result-view.png',
    removedNoise: { sigma: 4, shadows: 4, highlights: 4 },
    noiseMap: 'removed-noise.png',
    width: restored.length,
    height: 1,
    backend: choice().name,
    seconds: 0.1,
    modelSeconds: 0.1,
    megapixels: 1,
    peakMemory: 0,
  }
}

function save({ result, target, strength }: EngineInput<'export'>): EngineOutput<'export'> {
  if (existsSync(target.path) && !target.overwrite) {
    throw new LimpidError('file-exists', `${target.path} is there already.`, { file: target.path })
  }
  writeFileSync(target.path, `${target.format} blended at ${strength}, ${readFileSync(result, 'utf8')}`)
  return { path: target.path, format: target.format ?? 'png', bytes: statSync(target.path).size, notes: [] }
}

function choice(): BackendChoice {
  const name = (process.env.LIMPID_BACKEND as BackendName) ?? 'wasm'
  const workers = process.env.LIMPID_WORKERS ? Number(process.env.LIMPID_WORKERS) : undefined
  return { name, device: 'a fake', workers, passedOver: passedOver() }
}

function passedOver(): BackendChoice['passedOver'] {
  return JSON.parse(process.env[ENGINE_PASSED_OVER_VARIABLE] ?? '[]')
}

async function announce(): Promise<void> {
  if (announced) return
  announced = true
  const signal = process.env.FAKE_CRASHING as NodeJS.Signals | undefined
  if (signal && !passedOver().some(({ name }) => name === 'tensorflow')) {
    send({ type: 'trying', backend: 'tensorflow' })
    await sleep(20)
    process.kill(process.pid, signal)
    await sleep(1000)
  }
  send({ type: 'trying', backend: choice().name })
  send({ type: 'tried', backend: choice().name })
  send({ type: 'backend', choice: choice() })
}

function send(message: FromEngine): void {
  process.send?.(message)
}

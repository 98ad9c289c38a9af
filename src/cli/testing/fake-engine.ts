/**
 * An engine that computes nothing: it writes small files, and fails as the name of the picture says (`bad`, `crash`,
 * `no-backend`, `huge` without naming a file), falls back to another backend (`gpu-lost`), or works until it is cancelled (`slow`).
 */
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BackendChoice } from '../../contract/backend.ts'
import type { EngineInput, EngineJobKind, EngineOutput } from '../../contract/engine-protocol.ts'
import { type ErrorCode, LimpidError } from '../../contract/errors.ts'
import type { Engine } from '../context.ts'

type Running = NonNullable<Parameters<Engine['run']>[2]>
type Jobs = { [K in EngineJobKind]?: (input: EngineInput<K>, running: Running) => Promise<EngineOutput<K>> }

export class FakeEngine implements Engine {
  /** What was asked of it. */
  readonly asked: { kind: EngineJobKind; input: unknown }[] = []
  /** Told which backend was chosen, as the engine process tells it. */
  onBackend: ((choice: BackendChoice) => void) | undefined
  readonly #jobs: Jobs
  #last: Promise<unknown> = Promise.resolve()

  constructor(jobs: Jobs = {}) {
    this.#jobs = { process: processPicture, evaluate, doctor, ...jobs }
  }

  /** One after the other, as an engine process does. */
  run<K extends EngineJobKind>(kind: K, input: EngineInput<K>, running: Running = {}) {
    const run = this.#last.then(() => this.#perform(kind, input, running))
    this.#last = run.catch(() => {})
    return run
  }

  async #perform<K extends EngineJobKind>(kind: K, input: EngineInput<K>, running: Running) {
    if (running.signal?.aborted) throw new LimpidError('cancelled', 'Cancelled.')
    this.asked.push({ kind, input })
    if ('path' in input && path.basename(input.path).includes('gpu-lost')) this.#fallBack()
    running.onProgress?.({ done: 0.5, label: 'Half way', remainingMs: 1000 })
    const job = this.#jobs[kind]
    if (!job) throw new Error(`The fake engine has no job ${kind}.`)
    return job(input as never, running) as Promise<EngineOutput<K>>
  }

  #fallBack(): void {
    this.onBackend?.({ name: 'webgpu', device: 'GPU', passedOver: [] })
    const passedOver = [{ name: 'webgpu' as const, problem: 'The device was lost.' }]
    this.onBackend?.({ name: 'wasm', device: 'SIMD', passedOver })
  }
}

const FAILURES: [word: string, code: ErrorCode][] = [
  ['bad', 'not-a-picture'],
  ['crash', 'engine-crashed'],
  ['no-backend', 'backend-unavailable'],
]

const MEASURED = { backend: 'fake', seconds: 2, modelSeconds: 1, megapixels: 12, peakMemory: 1e9 }

async function processPicture({ path: file, target }: EngineInput<'process'>, { signal }: Running) {
  const name = path.basename(file)
  for (const [word, code] of FAILURES) {
    if (name.includes(word)) throw new LimpidError(code, `${name} failed.`, { hint: 'Try another.', file })
  }
  if (name.includes('huge')) throw new LimpidError('picture-too-large', 'It would have 400 megapixels.')
  while (name.includes('slow')) {
    if (signal?.aborted) throw new LimpidError('cancelled', 'Cancelled.')
    await sleep(5)
  }
  if (!target.overwrite && (await stat(target.path).catch(() => null))) {
    throw new LimpidError('file-exists', `${target.path} is there already.`, { file: target.path })
  }
  await copyFile(file, target.path)
  const { length: bytes } = await readFile(target.path)
  const saved = { path: target.path, format: target.format ?? ('png' as const), bytes, notes: [] }
  return {
    ...MEASURED,
    saved,
    width: 4000,
    height: 3000,
    noise: { sigma: 12.3, shadows: 14, highlights: 10 },
    removedNoise: { sigma: 9.8, shadows: 9.8, highlights: 9.8 },
  }
}

async function evaluate({ task }: EngineInput<'evaluate'>) {
  const figures = { psnr: 30.9, ssim: 0.88, inputPsnr: 20.2 }
  return {
    ...MEASURED,
    ...figures,
    task,
    model: 'denoise-fast',
    count: 1,
    pictures: [{ name: 'a', ...figures }],
  }
}

async function doctor(): Promise<EngineOutput<'doctor'>> {
  const usable = { name: 'wasm', usable: true, device: 'SIMD', problem: null, remedy: null } as const
  const broken = {
    name: 'tensorflow',
    usable: false,
    device: '',
    problem: 'No library.',
    remedy: 'Fetch it.',
  } as const
  const chosen = {
    name: 'wasm',
    device: 'SIMD',
    passedOver: [{ name: 'tensorflow', problem: 'No library.' }],
  } as const
  return {
    backends: [
      { ...broken, gigaflops: null, startMs: null },
      { ...usable, gigaflops: 9.5, startMs: 300 },
    ],
    chosen: { ...chosen, passedOver: [...chosen.passedOver] },
  }
}

/** A place for a test's output, which can be read back. */
export class Recorded {
  text = ''

  write(text: string): boolean {
    this.text += text
    return true
  }
}

/** Enough of a folder of pictures: `names` in `folder`, each holding its own name. */
export async function writePictures(folder: string, names: readonly string[]): Promise<string[]> {
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name)
      await writeFile(file, name)
      return file
    }),
  )
}

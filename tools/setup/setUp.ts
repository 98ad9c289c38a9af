import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder } from './cacheFolder.ts'
import type { Variant } from './pins.ts'
import { type Attempt, type firstThatWorks, GIVEN_FOLDER } from './sources.ts'

/** A TensorFlow that has computed something here. */
export interface Running {
  version: string
  gpu: boolean
}

/** The ways to one. Each proves what it puts in place, or takes it out again. */
export interface Ways {
  /** Our own: pinned, and unless told otherwise the folder that LIMPID_TENSORFLOW names. */
  fetch(variant: Variant, given: boolean): ReturnType<typeof firstThatWorks<Running>>
  /** What lies in the package already, by hand or by its own script. Throws if it does not run. */
  keep(): Promise<Running>
  /** The package's own script: nothing of what it downloads is pinned. */
  ownInstall(): Promise<Running>
}

export interface Outcome {
  variant: Variant
  /** Whether what was asked for is there. */
  ready: boolean
  /** One line when nothing is amiss; else one paragraph: what was tried, why it failed, what is used, what to do. */
  message: string
}

/** Sets up the variant asked for now, else the last one that was asked for and came about: `npm ci` must not undo a `--gpu`. */
export async function setUpAsAsked(asked: { gpu?: boolean; cpu?: boolean }, ways: Ways): Promise<Outcome> {
  const file = join(cacheFolder(), 'tensorflow', 'variant')
  const remembered = (await readFile(file, 'utf8').catch(() => '')).trim()
  const variant = asked.gpu ? 'gpu' : asked.cpu || remembered !== 'gpu' ? 'cpu' : 'gpu'
  const outcome = await setUp(variant, ways)
  if (asked.cpu || (asked.gpu && outcome.ready)) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, variant)
  }
  return outcome
}

/** What is pinned comes first, with CUDA and without; what others brought is for where none of that works. */
async function setUp(variant: Variant, ways: Ways): Promise<Outcome> {
  const startedAt = Date.now()
  const attempts: Attempt[] = []
  const outcome = (ready: boolean, { version, gpu }: Running, how: string, aside: Attempt[]): Outcome => {
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    const what = `TensorFlow ${version} on the ${gpu ? 'GPU' : 'CPU'} is`
    const sentences = ready
      ? [`${what} ready (${how}, ${seconds} s).`]
      : ['TensorFlow could not be set up with CUDA.', `${what} used instead (${how}, ${seconds} s).`]
    if (aside.length > 0) sentences.push(`What did not work: ${inWords(aside)}.`)
    if (ready && variant === 'gpu' && !gpu) sentences.push(NO_GPU_USED)
    return { variant, ready, message: sentences.join(' ') }
  }

  for (const wanted of variant === 'gpu' ? (['gpu', 'cpu'] as const) : (['cpu'] as const)) {
    const asAsked = wanted === variant
    const { result, attempts: failed } = await ways.fetch(wanted, asAsked)
    attempts.push(...failed.map((one) => (asAsked ? one : { ...one, source: `${one.source} without CUDA` })))
    if (result) {
      // What someone asked for by name and did not get must not go unsaid; an empty cache may.
      const aside = asAsked ? failed.filter(({ source }) => source === GIVEN_FOLDER) : attempts
      return outcome(asAsked, result.value, `from ${result.source}`, aside)
    }
    const kept = await ways.keep().catch(() => null)
    if (kept && (wanted === 'cpu' || kept.gpu)) {
      return outcome(asAsked, kept, 'what was already there was kept', attempts)
    }
  }
  try {
    const own = await ways.ownInstall()
    return outcome(variant === 'cpu' || own.gpu, own, "tfjs-node-gpu's own download", attempts)
  } catch (error) {
    attempts.push({ source: "tfjs-node-gpu's own download", reason: (error as Error).message })
  }
  return { variant, ready: false, message: nothingRuns(attempts) }
}

const NO_GPU_USED =
  'It found no GPU that it can use here: npm run --silent limpid -- doctor says what there is and what to do.'

function nothingRuns(attempts: Attempt[]): string {
  return (
    `TensorFlow's native library could not be set up, so Limpid runs on its built-in wasm backend: the same results, ` +
    `about ten times slower. Tried in this order: ${inWords(attempts)}. What helps: python3 with pip, make and a C++ compiler ` +
    `(Debian: apt-get install python3-pip build-essential; macOS: xcode-select --install), or a folder with ` +
    `TensorFlow's lib/ and include/ named by LIMPID_TENSORFLOW; then run npm run setup:tensorflow.`
  )
}

function inWords(attempts: Attempt[]): string {
  return attempts.map(({ source, reason }) => `${source} (${reason})`).join('; ')
}

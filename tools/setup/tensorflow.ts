/**
 * `npm run setup:tensorflow`: puts TensorFlow's native library and the binding to it where tfjs-node-gpu finds them.
 *
 *     --gpu      with CUDA, for NVIDIA cards (x86-64 Linux); remembered for the next installs
 *     --cpu      back to the build without CUDA
 *     --verify   check every byte of the cache, not only sizes and times
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bindingFor, dropBinding } from './binding.ts'
import type { CacheEntry } from './cache.ts'
import { cacheFolder } from './cacheFolder.ts'
import { reasonIn, runCommand } from './command.ts'
import { runOwnInstall } from './ownInstall.ts'
import type { Variant } from './pins.ts'
import { isPlaced, placeInPackage } from './place.ts'
import { withProgress } from './progress.ts'
import { type Attempt, firstThatWorks, GIVEN_FOLDER, librarySources } from './sources.ts'

interface Outcome {
  ready: boolean
  /** One line when ready; else one paragraph: what was tried, why it failed, what to do. */
  message: string
}

export async function setUpTensorflow(variant: Variant, options: { full?: boolean } = {}): Promise<Outcome> {
  const startedAt = Date.now()
  const ready = (what: string, how: string): Outcome => {
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    return { ready: true, message: `TensorFlow ${what} is ready (${how}, ${seconds} s).` }
  }
  const tfjsFolder = findTfjsFolder()
  if (!tfjsFolder) return { ready: false, message: paragraph([NOT_INSTALLED]) }

  const { result, attempts } = await firstThatWorks(librarySources(variant, options), (library) =>
    install(library, tfjsFolder),
  )
  // What someone asked for by name and did not get must not go unsaid.
  const passedOver = attempts.find((attempt) => attempt.source === GIVEN_FOLDER)
  if (result && passedOver) console.error(`${GIVEN_FOLDER} was passed over: ${passedOver.reason}.`)
  if (result) return ready(result.value, `from ${result.source}`)

  // Nothing of ours worked. What lies in the package already, by hand or by its own script, may still do.
  const present = await probe(tfjsFolder).catch(() => null)
  if (present) return ready(present, 'what was already there was kept')
  try {
    await runOwnInstall(tfjsFolder)
    return ready(await probe(tfjsFolder), "tfjs-node-gpu's own download")
  } catch (error) {
    attempts.push({ source: "tfjs-node-gpu's own download", reason: (error as Error).message })
  }
  return { ready: false, message: paragraph(attempts) }
}

const NOT_INSTALLED: Attempt = { source: 'the package @tensorflow/tfjs-node-gpu', reason: 'not installed' }

/** Builds the binding if need be, puts both in place, and proves that they compute. Returns what they say they are. */
async function install(library: CacheEntry, tfjsFolder: string): Promise<string> {
  const placeAndProbe = async () => {
    const binding = await bindingFor(library, tfjsFolder)
    if (!(await isPlaced(tfjsFolder, library, binding))) {
      await withProgress('Putting TensorFlow in place', null, () =>
        placeInPackage(tfjsFolder, library, binding),
      )
    }
    return probe(tfjsFolder)
  }
  return placeAndProbe().catch(async () => {
    // A cached binding may come from another machine that shares this cache: compile it once more, here.
    await dropBinding(library, tfjsFolder)
    return placeAndProbe()
  })
}

/** Loads the binding in a process of its own and has it multiply two matrices. Returns version and device. */
async function probe(tfjsFolder: string): Promise<string> {
  const script = fileURLToPath(new URL('./probe.cjs', import.meta.url))
  const result = await withProgress('Trying TensorFlow', null, () =>
    runCommand(process.execPath, [script, tfjsFolder], {
      env: { TF_CPP_MIN_LOG_LEVEL: '2' },
      timeoutMs: 120_000,
    }),
  )
  if (result.code !== 0) throw new Error(`it does not run on this machine: ${reasonIn(result.output)}`)
  const { tensorflow, gpu } = JSON.parse(result.stdout.trim().split('\n').at(-1)!)
  return `${tensorflow} on the ${gpu ? 'GPU' : 'CPU'}`
}

function findTfjsFolder(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'))
  } catch {
    return null
  }
}

function paragraph(attempts: Attempt[]): string {
  const tried = attempts.map(({ source, reason }) => `${source} (${reason})`).join('; ')
  return (
    `TensorFlow's native library could not be set up, so Limpid runs on its built-in wasm backend: the same results, ` +
    `about ten times slower. Tried in this order: ${tried}. What helps: python3 with pip, make and a C++ compiler ` +
    `(Debian: apt-get install python3-pip build-essential; macOS: xcode-select --install), or a folder with ` +
    `TensorFlow's lib/ and include/ named by LIMPID_TENSORFLOW; then run npm run setup:tensorflow.`
  )
}

/** The variant asked for now, else the one asked for last: \`npm ci\` must not undo a \`--gpu\`. */
async function chooseVariant(asked: { gpu?: boolean; cpu?: boolean }): Promise<Variant> {
  const file = join(cacheFolder(), 'tensorflow', 'variant')
  if (asked.gpu || asked.cpu) {
    const variant = asked.gpu ? 'gpu' : 'cpu'
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, variant)
    return variant
  }
  return (await readFile(file, 'utf8').catch(() => 'cpu')).trim() === 'gpu' ? 'gpu' : 'cpu'
}

const NVIDIA_DRIVER = '/proc/driver/nvidia/version'

if (import.meta.main) {
  const { values } = parseArgs({
    options: { gpu: { type: 'boolean' }, cpu: { type: 'boolean' }, verify: { type: 'boolean' } },
  })
  const variant = await chooseVariant(values)
  const outcome = await setUpTensorflow(variant, { full: values.verify })
  console.error(outcome.message)
  if (variant === 'gpu' && !outcome.ready) {
    console.error('Without CUDA, then:')
    console.error((await setUpTensorflow('cpu')).message)
  }
  if (variant === 'cpu' && !values.cpu && existsSync(NVIDIA_DRIVER)) {
    console.error(
      'There is an NVIDIA driver here: npm run setup:tensorflow -- --gpu sets TensorFlow up with CUDA (3 GB).',
    )
  }
  process.exitCode = outcome.ready ? 0 : 1
}

/**
 * `npm run setup:tensorflow`: puts TensorFlow's native library and the binding to it where tfjs-node-gpu finds them.
 *
 *     --gpu      with CUDA, for NVIDIA cards (x86-64 Linux); remembered for the next installs
 *     --cpu      back to the build without CUDA
 *     --verify   check every byte of the cache, not only sizes and times
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bindingFor, dropBinding } from './binding.ts'
import type { CacheEntry } from './cache.ts'
import { reasonIn, runCommand } from './command.ts'
import { runOwnInstall } from './ownInstall.ts'
import { pinnedWheels } from './pins.ts'
import { isPlaced, placeInPackage, unplace } from './place.ts'
import { withProgress } from './progress.ts'
import { type Outcome, type Running, setUpAsAsked, type Ways } from './setUp.ts'
import { firstThatWorks, librarySources } from './sources.ts'

function waysInto(tfjsFolder: string, options: { full?: boolean }): Ways {
  return {
    fetch: (variant, given) =>
      firstThatWorks(
        librarySources(variant, options).filter(({ gives }) => given || gives === 'pinned'),
        (library) => install(library, tfjsFolder),
      ),
    keep: () => probe(tfjsFolder),
    ownInstall: async () => {
      try {
        await runOwnInstall(tfjsFolder)
        return await probe(tfjsFolder)
      } catch (error) {
        await unplace(tfjsFolder)
        throw error
      }
    },
  }
}

/**
 * Builds the binding if need be, puts both in place, and proves that they compute. What does not is taken out again: it
 * could crash every process that loads it. Exported for its test.
 */
export async function install(library: CacheEntry, tfjsFolder: string): Promise<Running> {
  const placeAndProbe = async () => {
    const binding = await bindingFor(library, tfjsFolder)
    if (!(await isPlaced(tfjsFolder, library, binding))) {
      await withProgress('Putting TensorFlow in place', null, () =>
        placeInPackage(tfjsFolder, library, binding),
      )
    }
    try {
      return await probe(tfjsFolder)
    } catch (error) {
      await unplace(tfjsFolder)
      throw error
    }
  }
  return placeAndProbe().catch(async () => {
    // A cached binding may come from another machine that shares this cache: compile it once more, here.
    await dropBinding(library, tfjsFolder)
    return placeAndProbe()
  })
}

/** Loads the binding in a process of its own and has it multiply two matrices. */
async function probe(tfjsFolder: string): Promise<Running> {
  const script = fileURLToPath(new URL('./probe.cjs', import.meta.url))
  const result = await withProgress('Trying TensorFlow', null, () =>
    runCommand(process.execPath, [script, tfjsFolder], {
      env: { TF_CPP_MIN_LOG_LEVEL: '2' },
      timeoutMs: 120_000,
    }),
  )
  if (result.code !== 0) throw new Error(`it does not run on this machine: ${reasonIn(result.output)}`)
  const { tensorflow, gpu } = JSON.parse(result.stdout.trim().split('\n').at(-1)!)
  return { version: tensorflow, gpu }
}

function findTfjsFolder(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'))
  } catch {
    return null
  }
}

const NOT_INSTALLED: Outcome = {
  variant: 'cpu',
  ready: false,
  message:
    'The package @tensorflow/tfjs-node-gpu is not installed, so Limpid runs on its built-in wasm backend. Run npm ci.',
}
const NVIDIA_DRIVER = '/proc/driver/nvidia/version'

if (import.meta.main) {
  const { values: asked } = parseArgs({
    options: { gpu: { type: 'boolean' }, cpu: { type: 'boolean' }, verify: { type: 'boolean' } },
  })
  const tfjsFolder = findTfjsFolder()
  const outcome = tfjsFolder
    ? await setUpAsAsked(asked, waysInto(tfjsFolder, { full: asked.verify }))
    : NOT_INSTALLED
  console.error(outcome.message)
  if (outcome.variant === 'cpu' && !asked.cpu && pinnedWheels('gpu') && existsSync(NVIDIA_DRIVER)) {
    console.error(
      'There is an NVIDIA driver here: npm run setup:tensorflow -- --gpu sets TensorFlow up with CUDA (3 GB).',
    )
  }
  process.exitCode = outcome.ready ? 0 : 1
}

import type { EngineJobKind } from '../contract/engine-protocol.ts'

/** Lets the engine take the garbage of a large tile away before the next one (engine/tasks/denoise.ts). */
export const ENGINE_ARGUMENTS = ['--expose-gc']

/**
 * What an engine process that is started for a job of `kind` finds in its environment, beside the app's own.
 *
 * Memory: oneDNN's own allocator keeps all that it ever had, in blocks of powers of two; a 12 MP photo takes 2.8 GB with
 * it. With the system's, a tile's memory goes back when the tile is done. Training takes and gives back small blocks
 * by the thousand, where oneDNN's is faster. Huge pages (glibc ≥ 2.35) make large blocks cheap to get.
 */
export function engineEnvironment(
  kind: EngineJobKind,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    ...(process.platform === 'linux' && { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' }),
    ...(kind !== 'train' && { TF_ONEDNN_USE_SYSTEM_ALLOCATOR: '1' }),
    ...env,
  }
}

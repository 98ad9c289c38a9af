/**
 * What an engine process is started with. It takes the garbage of a large tile away before the next one
 * (engine/tasks/tiled.ts). Without V8's middle compiler, loops over samples get to its best one: behind the middle one they
 * stayed where they were, at half the speed.
 */
export const ENGINE_ARGUMENTS = ['--expose-gc', '--no-maglev']

/**
 * What an engine process finds in its environment, beside the app's own. Huge pages (glibc ≥ 2.35) make large blocks of
 * memory cheap to get; a network asks for one at every layer.
 */
export function engineEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...(process.platform === 'linux' && { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' }), ...env }
}

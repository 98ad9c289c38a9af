/** Lets the engine take the garbage of a large tile away before the next one (engine/tasks/same-size.ts). */
export const ENGINE_ARGUMENTS = ['--expose-gc']

/**
 * What an engine process finds in its environment, beside the app's own. Huge pages (glibc ≥ 2.35) make large blocks of
 * memory cheap to get; a network asks for one at every layer.
 */
export function engineEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...(process.platform === 'linux' && { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' }), ...env }
}

import { resolve } from 'node:path'
import envPaths from 'env-paths'

/**
 * Where downloads and builds are kept outside `node_modules`, so that they survive `npm ci`: the folder named by
 * LIMPID_CACHE, else the OS's cache folder for `limpid`. Deleting it is always safe; the next set-up fills it again.
 */
export function cacheFolder(): string {
  const named = process.env.LIMPID_CACHE
  return named ? resolve(named) : envPaths('limpid', { suffix: '' }).cache
}

/** Where things are kept when nobody says otherwise. */
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'

/** The folder of package.json: two above this file, in src/app as in dist/main. */
export const projectRoot = resolve(import.meta.dirname, '../..')

/**
 * `data`: library, settings and the user's models; LIMPID_HOME names another.
 * `cache`: what can be made anew, and what was not saved, of each library by itself (library-cache.ts); LIMPID_CACHE names
 * another folder, of which this is `app` (TensorFlow's library has its own).
 */
export function defaultFolders(env: NodeJS.ProcessEnv = process.env): { data: string; cache: string } {
  const paths = envPaths('limpid', { suffix: '' })
  return {
    data: resolve(env.LIMPID_HOME || paths.data),
    cache: join(resolve(env.LIMPID_CACHE || paths.cache), 'app'),
  }
}

/** What the project is called, and where it keeps its recipes and looks for data. */
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { projectRoot } from '../app/folders.ts'

export const version: string = (
  createRequire(import.meta.url)(path.join(projectRoot, 'package.json')) as { version: string }
).version

/** The folder of data sets: `given` (--data), else LIMPID_DATA, else `shared/data` beside the project. */
export function dataFolder(given: string | undefined, cwd: string, env: NodeJS.ProcessEnv): string {
  if (given !== undefined) return path.resolve(cwd, given)
  if (env.LIMPID_DATA) return path.resolve(cwd, env.LIMPID_DATA)
  return path.join(projectRoot, '..', 'shared', 'data')
}

/** A test set by its path, or by its name below the data folder: `cbsd68`, as QUALITY.md has it. */
export function testFolder(given: string, cwd: string, env: NodeJS.ProcessEnv): string {
  const folder = path.resolve(cwd, given)
  const known = path.join(dataFolder(undefined, cwd, env), given)
  return !path.isAbsolute(given) && !existsSync(folder) && existsSync(known) ? known : folder
}

/** A recipe by its path, or by the id of one that comes with the project. */
export function recipePath(given: string, cwd: string): string {
  const file = path.resolve(cwd, given)
  if (isFile(file) || !/^[a-z0-9-]+$/.test(given)) return file
  const shipped = shippedRecipePath(given)
  return isFile(shipped) ? shipped : file
}

/** Of a recipe that comes with the project, whatever lies in the folder that is worked in. */
export function shippedRecipePath(id: string): string {
  const [own, zoo] = ['recipes', 'recipes/zoo'].map((folder) => path.join(projectRoot, folder, `${id}.json`))
  return isFile(own) ? own : zoo
}

/** A folder of that name, such as a model written by an earlier call, is none. */
function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}

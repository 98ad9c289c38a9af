import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { writeError } from '../app/file-errors.ts'
import { LimpidError } from '../contract/errors.ts'

/**
 * Before any work for it: makes the folder of a file that is to be written. Fails if a folder has its name, or, unless
 * `overwrite`, a file. `option`: the one that names it.
 */
export async function prepareFile(
  file: string,
  { option, overwrite }: { option: string; overwrite: boolean },
): Promise<void> {
  const there = await stat(file).catch(() => null)
  if (there?.isDirectory()) {
    const hint = `Choose another ${option}.`
    throw new LimpidError('file-unwritable', `${file} is a folder.`, { file, hint })
  }
  if (there && !overwrite) {
    const hint = `Choose another ${option}, or pass --overwrite to replace it.`
    throw new LimpidError('file-exists', `${file} is there already.`, { file, hint })
  }
  await makeFolder(path.dirname(file))
}

/** Makes a folder that results go to, and those above it. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((thrown) => {
    throw writeError(thrown, folder)
  })
}

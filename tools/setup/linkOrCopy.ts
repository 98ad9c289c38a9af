import { constants, copyFile, link, mkdir, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A hard link costs neither time nor space; across file systems it has to be a copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const original = await realpath(from)
  await link(original, to).catch(() => copyFile(original, to, constants.COPYFILE_FICLONE))
}

/**
 * Files that are written whole or not at all: to a temporary file beside the target, flushed to the disk, looked at
 * again, and only then put in the target's place. A file that is there already is never overwritten unasked, not even
 * by two writers at once.
 */

import { randomBytes } from 'node:crypto'
import * as nodeFileSystem from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { LimpidError } from '../../contract/errors.ts'

/** The file operations used here; a test gives its own to see a full disk. */
export type FileSystem = Pick<
  typeof nodeFileSystem,
  'open' | 'rename' | 'link' | 'unlink' | 'stat' | 'realpath' | 'access'
>

export type AtomicWriteOptions = {
  /** Put it in the place of a file that is there. Default: that is the error `file-exists`. */
  overwrite?: boolean
  /** Flush to the disk before it counts (default). A cache that can be made again need not wait for that. */
  flush?: boolean
  /** Looks at the temporary file before it takes the target's place; what it throws, the caller gets. */
  verify?: (temporaryPath: string) => Promise<void>
  fileSystem?: FileSystem
}

/** Writes a file. Rejects with a LimpidError that names it; then nothing is left behind and nothing was changed. */
export async function writeFileAtomically(
  path: string,
  bytes: Uint8Array,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const { overwrite = false, flush = true, verify, fileSystem: fs = nodeFileSystem } = options
  await checkTarget(path, { overwrite, fileSystem: fs })
  try {
    const { target, mode } = await placeOf(path, fs)
    // Hidden, so that nobody takes it for a picture, and short, so that a long name of the target does not matter.
    const temporary = join(dirname(target), `.limpid-${randomBytes(8).toString('hex')}.tmp`)
    try {
      await writeNew(temporary, bytes, mode, flush, fs)
      await verify?.(temporary)
      if (overwrite) await fs.rename(temporary, target)
      else await renameToNew(temporary, target, fs)
    } catch (error) {
      await fs.unlink(temporary).catch(() => undefined)
      throw error
    }
    if (flush) await flushFolder(dirname(target), fs)
  } catch (error) {
    throw writeFailure(path, bytes.length, error)
  }
}

/** Rejects, before long work is done for nothing, if the target could not be written in the end. */
export async function checkTarget(
  path: string,
  options: { overwrite?: boolean; fileSystem?: FileSystem } = {},
): Promise<void> {
  const { overwrite = false, fileSystem: fs = nodeFileSystem } = options
  const name = basename(path)
  const file = resolve(path)
  const there = await fs.stat(path).catch(() => null)
  if (there?.isDirectory()) {
    const hint = 'Give a file name in it.'
    throw new LimpidError('file-unwritable', `${name} can't be written: it is a folder.`, { hint, file })
  }
  if (there !== null && !overwrite) throw fileExists(path)
  const folder = dirname(file)
  try {
    if (!(await fs.stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' })
    await fs.access(folder, nodeFileSystem.constants.W_OK)
  } catch (error) {
    throw writeFailure(path, 0, error)
  }
}

/** Where the bytes go: what a link points to, not the link; and the permissions of a file that is replaced. */
async function placeOf(path: string, fs: FileSystem): Promise<{ target: string; mode: number | undefined }> {
  try {
    const target = await fs.realpath(path)
    return { target, mode: (await fs.stat(target)).mode & 0o777 }
  } catch {
    return { target: resolve(path), mode: undefined }
  }
}

async function writeNew(
  path: string,
  bytes: Uint8Array,
  mode: number | undefined,
  flush: boolean,
  fs: FileSystem,
): Promise<void> {
  const handle = await fs.open(path, 'wx')
  try {
    await handle.writeFile(bytes)
    if (mode !== undefined) await handle.chmod(mode)
    if (flush) await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Renames only if nothing is there. rename() itself replaces, but link() and exclusive creation do not. */
async function renameToNew(temporary: string, target: string, fs: FileSystem): Promise<void> {
  try {
    await fs.link(temporary, target)
    await fs.unlink(temporary)
    return
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error
  }
  // A file system without hard links (exFAT, some network drives): an empty file takes the name first.
  await (await fs.open(target, 'wx')).close()
  try {
    await fs.rename(temporary, target)
  } catch (error) {
    await fs.unlink(target).catch(() => undefined)
    throw error
  }
}

/** The new name is safe only once the folder is on the disk, too. Windows can't and need not. */
async function flushFolder(folder: string, fs: FileSystem): Promise<void> {
  const handle = await fs.open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

function writeFailure(path: string, bytes: number, error: unknown): LimpidError {
  if (error instanceof LimpidError) return error
  const name = basename(path)
  const file = resolve(path)
  const folder = dirname(file)
  const code = codeOf(error)
  const unwritable = (why: string, hint: string): LimpidError =>
    new LimpidError('file-unwritable', `${name} can't be written: ${why}.`, { hint, file, cause: error })
  switch (code) {
    case 'EEXIST':
      return fileExists(path)
    case 'ENOSPC':
    case 'EDQUOT': {
      const megabytes = Math.max(1, Math.ceil(bytes / 1e6))
      const hint = `Free at least ${megabytes} MB there, or save to another disk. Nothing was changed.`
      const message = `The disk was full while writing ${name}.`
      return new LimpidError('disk-full', message, { hint, file, cause: error })
    }
    case 'ENOENT':
      return unwritable(`the folder ${folder} does not exist`, 'Make the folder first, or choose another.')
    case 'ENOTDIR':
      return unwritable(`${folder} is a file, not a folder`, 'Choose another folder.')
    case 'EACCES':
    case 'EPERM':
      return unwritable(`writing to ${folder} is not allowed`, 'Save to a folder of yours.')
    case 'EROFS':
      return unwritable(`${folder} is read-only`, 'Save to another folder.')
    case 'ENAMETOOLONG':
      return unwritable('the name is too long', 'Choose a shorter name.')
    case 'EFBIG':
      return unwritable('the disk takes no file this large', 'Save to another disk, or as JPEG.')
    default:
      return unwritable(code ?? String(error), 'Check the disk or the network drive, or save elsewhere.')
  }
}

function fileExists(path: string): LimpidError {
  return new LimpidError('file-exists', `${basename(path)} is there already.`, {
    hint: 'Choose another name, or allow overwriting.',
    file: resolve(path),
  })
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code
}

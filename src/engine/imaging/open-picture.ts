/** Opening a picture file: its bytes, its header, and a clear error for every way in which it can be no picture. */

import { open, readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Metadata } from 'sharp'
import { LimpidError } from '../../contract/errors.ts'
import type { InputFormat } from '../../contract/picture-files.ts'
import { sharp } from './libvips.ts'
import { isCameraRaw, READABLE_LIST, sniffFormat } from './picture-formats.ts'

/** The most pixels a picture may have: sharp's own limit, 16383². At 16 bit RGB that is 1.6 GB. */
export const PIXEL_LIMIT = 0x3fff ** 2
const HEAD_BYTES = 4096

/** All bytes of a picture file, and the format that they are in. */
export async function readPictureFile(path: string): Promise<{ bytes: Buffer; format: InputFormat }> {
  await statPicture(path)
  try {
    const bytes = await readFile(path)
    return { bytes, format: recognise(path, bytes.subarray(0, HEAD_BYTES)) }
  } catch (error) {
    throw readFailure(path, error)
  }
}

/** The format of a picture file from its first bytes, and its size in bytes. */
export async function readPictureHead(path: string): Promise<{ format: InputFormat; bytes: number }> {
  const bytes = await statPicture(path)
  try {
    const handle = await open(path, 'r')
    try {
      const head = Buffer.alloc(Math.min(HEAD_BYTES, bytes))
      await handle.read(head, 0, head.length, 0)
      return { format: recognise(path, head), bytes }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw readFailure(path, error)
  }
}

/** The header as libvips reads it: size, colour space, depth, metadata blocks. `input`: the file's bytes or its path. */
export async function readHeader(
  path: string,
  input: Buffer | string,
  pixelLimit = PIXEL_LIMIT,
): Promise<Metadata> {
  let info: Metadata
  try {
    info = await sharp(input, {
      limitInputPixels: false,
      limitInputChannels: false,
      failOn: 'error',
    }).metadata()
  } catch (error) {
    throw pictureDamaged(path, error)
  }
  if (info.width * info.height > pixelLimit) {
    const megapixels = (pixels: number): string => `${Math.round(pixels / 1e6)} megapixels`
    throw new LimpidError(
      'picture-too-large',
      `${basename(path)} has ${info.width} × ${info.height} px (${megapixels(info.width * info.height)}); ` +
        `at most ${megapixels(pixelLimit)} can be opened.`,
      { hint: 'Cut it into parts or make it smaller in another program first.', file: resolve(path) },
    )
  }
  const colours = info.channels - (info.hasAlpha ? 1 : 0)
  if (info.space === 'multiband' || (colours !== 1 && colours !== 3 && info.space !== 'cmyk')) {
    throw new LimpidError(
      'not-a-picture',
      `${basename(path)} has ${info.channels} channels that are neither grey, RGB nor CMYK.`,
      { hint: 'Export the channels that you want to see as a grey or RGB picture.', file: resolve(path) },
    )
  }
  return info
}

/** A picture in a known format whose bytes do not decode. */
export function pictureDamaged(path: string, cause: unknown): LimpidError {
  return new LimpidError(
    'picture-damaged',
    `${basename(path)} is damaged or not complete: it could not be decoded to its end.`,
    { hint: 'Copy it again from the camera, the card or a backup.', file: resolve(path), cause },
  )
}

/** Checks that the path names a readable, non-empty file. Returns its size in bytes. */
async function statPicture(path: string): Promise<number> {
  const name = basename(path)
  const file = resolve(path)
  const info = await stat(path).catch((error: unknown) => {
    throw readFailure(path, error)
  })
  if (info.isDirectory()) {
    const hint = 'Name a picture in it, or open the folder to take all its pictures.'
    throw new LimpidError('file-unreadable', `${name} is a folder, not a picture.`, { hint, file })
  }
  if (!info.isFile()) {
    const hint = 'Name a picture file instead.'
    throw new LimpidError('file-unreadable', `${name} is a device or a pipe, not a file.`, { hint, file })
  }
  if (info.size === 0) {
    const hint = 'A copy may have failed: copy it again from where it came.'
    throw new LimpidError('not-a-picture', `${name} is empty (0 bytes).`, { hint, file })
  }
  return info.size
}

function recognise(path: string, head: Buffer): InputFormat {
  const name = basename(path)
  const file = resolve(path)
  const found = sniffFormat(head)
  if (found !== null && 'readable' in found && !isCameraRaw(path)) return found.readable
  if (found !== null) {
    const label = 'refused' in found ? found.refused : 'camera RAW'
    throw new LimpidError('not-a-picture', `${name} is a ${label} file, which can't be opened.`, {
      hint: 'Export it as TIFF, PNG or JPEG in the program it comes from.',
      file,
    })
  }
  throw new LimpidError('not-a-picture', `${name} is not a picture.`, {
    hint: `Choose a ${READABLE_LIST} file.`,
    file,
  })
}

/** What the file system says about reading a file, as a person needs it. What is no such error stays as it is. */
export function readFailure(path: string, error: unknown): unknown {
  if (error instanceof LimpidError) return error
  const name = basename(path)
  const file = resolve(path)
  const code = (error as NodeJS.ErrnoException).code
  if (code === undefined) return error
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG': {
      const hint = `Check the name; it was looked for at ${file}.`
      return new LimpidError('file-not-found', `${name} was not found.`, { hint, file, cause: error })
    }
    case 'ERR_FS_FILE_TOO_LARGE': {
      const hint = 'Cut it into parts or make it smaller in another program first.'
      return new LimpidError('picture-too-large', `${name} is over 2 GB.`, { hint, file, cause: error })
    }
    case 'EACCES':
    case 'EPERM': {
      const hint = "Change the file's permissions, or copy it to a folder of yours."
      return new LimpidError('file-unreadable', `${name} may not be read.`, { hint, file, cause: error })
    }
    default: {
      const hint = 'Check the disk or the network drive that it is on.'
      const message = `${name} could not be read (${code}).`
      return new LimpidError('file-unreadable', message, { hint, file, cause: error })
    }
  }
}

/**
 * EXIF, as far as a picture's way through Limpid needs it: an EXIF block is a small TIFF file, and a TIFF file is a
 * large EXIF block. libvips carries EXIF through JPEG, PNG, WebP and AVIF but not through TIFF, so that both
 * directions of TIFF are here. (TIFF 6.0; Exif 3.0, JEITA CP-3451.)
 */

const EXIF_PREFIX = Buffer.from('Exif\0\0', 'latin1')
const TAG = {
  orientation: 0x0112,
  xResolution: 0x011a,
  resolutionUnit: 0x0128,
  exifDirectory: 0x8769,
  gpsDirectory: 0x8825,
  interopDirectory: 0xa005,
  pixelWidth: 0xa002,
  pixelHeight: 0xa003,
}
const SHORT = 3
const LONG = 4
/** Bytes of one value of each TIFF type (index = type). */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]
/** How many bytes swap together in each type: a rational is two 4-byte numbers. */
const SWAP_BYTES = [0, 1, 1, 2, 4, 4, 1, 1, 2, 4, 4, 4, 8, 4]

/**
 * Tags of a TIFF's first directory that describe the picture and not how its samples are stored: document and page
 * name, description, make, model, software, date, artist, host, copyright, rating, the Windows XP texts.
 */
const DESCRIPTIVE = new Set([
  269, 270, 271, 272, 285, 305, 306, 315, 316, 33432, 18246, 18249, 40091, 40092, 40093, 40094, 40095,
])

type Entry = { tag: number; type: number; count: number; data: Buffer /* little-endian */ }
type Directory = { entries: Entry[]; children: Map<number, Directory> }

/**
 * An EXIF block to go with pixels that are already upright: orientation 1, the pixel size they have now, and no
 * embedded thumbnail (it would show the old picture, lying on its side). Everything else stays byte for byte, so that
 * maker notes keep their offsets. Of a damaged block what can be found is done: libexif, too, reads the orientation of a
 * block whose other parts lead nowhere. What has no TIFF header comes back as it is.
 */
export function normaliseExif(exif: Buffer, size: { width: number; height: number }): Buffer {
  const copy = Buffer.from(exif)
  let reader: TiffReader
  try {
    reader = new TiffReader(tiffPart(copy))
  } catch (error) {
    if (error instanceof RangeError) return exif
    throw error
  }
  const exifDirectories: Slot[] = []
  asFarAsItGoes(() => {
    for (const slot of reader.slots(reader.firstDirectory())) {
      if (slot.tag === TAG.orientation) reader.setInteger(slot, 1)
      if (slot.tag === TAG.exifDirectory) exifDirectories.push(slot)
    }
  })
  for (const pointer of exifDirectories) {
    asFarAsItGoes(() => {
      for (const slot of reader.slots(reader.integer(pointer))) {
        if (slot.tag === TAG.pixelWidth) reader.setInteger(slot, size.width)
        if (slot.tag === TAG.pixelHeight) reader.setInteger(slot, size.height)
      }
    })
  }
  asFarAsItGoes(() => reader.endChain(reader.firstDirectory()))
  return copy
}

function asFarAsItGoes(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

/** With offsets of 64 bits, for files of more than 4 GB. */
export function isBigTiff(file: Buffer): boolean {
  return ['II+\0', 'MM\0+'].includes(file.toString('latin1', 0, 4))
}

/** What a TIFF file says about its picture (camera, dates, place, artist …) as an EXIF block; null if nothing, or of a BigTIFF. */
export function exifFromTiff(file: Buffer): Buffer | null {
  try {
    const reader = new TiffReader(file)
    const directory = descriptive(reader.directory(reader.firstDirectory()))
    if (directory.entries.length === 0 && directory.children.size === 0) return null
    const header = Buffer.from('49492a0008000000', 'hex')
    return Buffer.concat([EXIF_PREFIX, header, writeDirectory(directory, 8)])
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** A TIFF file (classic, little-endian, as libvips writes it) with the descriptive tags of an EXIF block added. */
export function addExifToTiff(file: Buffer, exif: Buffer): Buffer {
  try {
    const source = new TiffReader(tiffPart(exif))
    const added = descriptive(source.directory(source.firstDirectory()))
    const target = new TiffReader(file)
    if (!target.little || (added.entries.length === 0 && added.children.size === 0)) return file
    const first = target.directory(target.firstDirectory())
    const merged: Directory = {
      entries: [
        ...first.entries.filter((entry) => !added.entries.some((a) => a.tag === entry.tag)),
        ...added.entries,
      ],
      children: added.children,
    }
    const padding = Buffer.alloc(file.length % 2)
    const at = file.length + padding.length
    const out = Buffer.concat([file, padding, writeDirectory(merged, at)])
    out.writeUInt32LE(at, 4)
    return out
  } catch (error) {
    if (error instanceof RangeError) return file
    throw error
  }
}

/** The dots per inch that an EXIF block states; null if it does not. */
export function exifDensity(exif: Buffer): number | null {
  try {
    const reader = new TiffReader(tiffPart(exif))
    const slots = [...reader.slots(reader.firstDirectory())]
    const resolution = slots.find((slot) => slot.tag === TAG.xResolution)
    const unit = slots.find((slot) => slot.tag === TAG.resolutionUnit)
    if (resolution === undefined) return null
    const centimetres = unit !== undefined && reader.integer(unit) === 3
    const density = Math.round(reader.rational(resolution) * (centimetres ? 2.54 : 1))
    return density > 1 && Number.isFinite(density) ? density : null // 1 and less are a writer's "I don't know"
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function tiffPart(exif: Buffer): Buffer {
  return exif.subarray(0, 6).equals(EXIF_PREFIX) ? exif.subarray(6) : exif
}

function descriptive(directory: Directory): Directory {
  const pointers = new Set([TAG.exifDirectory, TAG.gpsDirectory])
  return {
    entries: directory.entries.filter((entry) => DESCRIPTIVE.has(entry.tag)),
    children: new Map([...directory.children].filter(([tag]) => pointers.has(tag))),
  }
}

/** One 12-byte directory entry, where it lies. */
type Slot = { tag: number; type: number; count: number; at: number }

/** Reads directories out of TIFF bytes. Offsets that lead nowhere throw a RangeError (Buffer's own). */
class TiffReader {
  readonly bytes: Buffer
  readonly little: boolean

  constructor(bytes: Buffer) {
    this.bytes = bytes
    const order = bytes.toString('latin1', 0, 2)
    this.little = order === 'II'
    if ((order !== 'II' && order !== 'MM') || this.u16(2) !== 42) throw new RangeError('no TIFF header')
  }

  firstDirectory(): number {
    return this.u32(4)
  }

  /** One after the other, so that those before a cut are had. */
  *slots(directoryAt: number): Generator<Slot> {
    const count = this.u16(directoryAt)
    for (let i = 0; i < count; i++) {
      const at = directoryAt + 2 + 12 * i
      yield { tag: this.u16(at), type: this.u16(at + 2), count: this.u32(at + 4), at }
    }
  }

  directory(directoryAt: number, depth = 0): Directory {
    const result: Directory = { entries: [], children: new Map() }
    for (const slot of this.slots(directoryAt)) {
      const isPointer =
        slot.tag === TAG.exifDirectory || slot.tag === TAG.gpsDirectory || slot.tag === TAG.interopDirectory
      if (isPointer) {
        const isNew = !result.children.has(slot.tag) // else a crafted file could branch without end
        if (isNew && depth < 3) result.children.set(slot.tag, this.directory(this.integer(slot), depth + 1))
      } else if (TYPE_BYTES[slot.type]) {
        result.entries.push({ tag: slot.tag, type: slot.type, count: slot.count, data: this.values(slot) })
      }
    }
    return result
  }

  /** A slot's first value, for SHORT and LONG. */
  integer(slot: Slot): number {
    return slot.type === SHORT ? this.u16(slot.at + 8) : this.u32(slot.at + 8)
  }

  /** A slot's first value, for RATIONAL. */
  rational(slot: Slot): number {
    const at = this.u32(slot.at + 8)
    return this.u32(at) / this.u32(at + 4)
  }

  setInteger(slot: Slot, value: number): void {
    const at = slot.at + 8
    if (slot.type === SHORT && value < 65536) {
      if (this.little) this.bytes.writeUInt16LE(value, at)
      else this.bytes.writeUInt16BE(value, at)
    } else if (slot.type === LONG) {
      if (this.little) this.bytes.writeUInt32LE(value, at)
      else this.bytes.writeUInt32BE(value, at)
    }
  }

  /** Unlinks whatever directory follows this one. */
  endChain(directoryAt: number): void {
    this.bytes.writeUInt32LE(0, directoryAt + 2 + 12 * this.u16(directoryAt))
  }

  private values(slot: Slot): Buffer {
    const length = TYPE_BYTES[slot.type] * slot.count
    const from = length <= 4 ? slot.at + 8 : this.u32(slot.at + 8)
    if (from + length > this.bytes.length) throw new RangeError('a value beyond the end')
    const data = Buffer.from(this.bytes.subarray(from, from + length))
    const swap = SWAP_BYTES[slot.type]
    if (!this.little && swap === 2) data.swap16()
    if (!this.little && swap === 4) data.swap32()
    if (!this.little && swap === 8) data.swap64()
    return data
  }

  private u16(at: number): number {
    return this.little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at)
  }

  private u32(at: number): number {
    return this.little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at)
  }
}

/** A directory with its values and children as little-endian bytes that will lie at offset `at`. */
function writeDirectory(directory: Directory, at: number): Buffer {
  const pointers = [...directory.children.keys()].map((tag) => ({
    tag,
    type: LONG,
    count: 1,
    data: Buffer.alloc(4),
  }))
  const entries = [...directory.entries, ...pointers].sort((a, b) => a.tag - b.tag)
  const table = Buffer.alloc(2 + 12 * entries.length + 4)
  table.writeUInt16LE(entries.length, 0)
  const parts: Buffer[] = [table]
  let end = at + table.length
  const append = (bytes: Buffer): number => {
    const start = end
    parts.push(bytes, Buffer.alloc(bytes.length % 2)) // values begin on even offsets
    end += bytes.length + (bytes.length % 2)
    return start
  }
  entries.forEach((entry, i) => {
    const slot = 2 + 12 * i
    table.writeUInt16LE(entry.tag, slot)
    table.writeUInt16LE(entry.type, slot + 2)
    table.writeUInt32LE(entry.count, slot + 4)
    const child = directory.children.get(entry.tag)
    if (child !== undefined) table.writeUInt32LE(append(writeDirectory(child, end)), slot + 8)
    else if (entry.data.length <= 4) entry.data.copy(table, slot + 8)
    else table.writeUInt32LE(append(entry.data), slot + 8)
  })
  return Buffer.concat(parts)
}

/** Of TIFF and of EXIF, as XMP repeats them. */
const WIDTH = ['tiff:ImageWidth', 'exif:PixelXDimension']
const HEIGHT = ['tiff:ImageLength', 'exif:PixelYDimension']

/**
 * XMP to go with pixels that are already upright: its copy of EXIF's orientation says 1, and its copies of the pixel size
 * what that is now, as EXIF's own do (exif.ts). What it does not state is not added.
 */
export function normaliseXmp(xmp: Buffer, size: { width: number; height: number }): Buffer {
  const text = xmp.toString('utf8')
  let changed = withNumber(text, 'tiff:Orientation', 1)
  for (const name of WIDTH) changed = withNumber(changed, name, size.width)
  for (const name of HEIGHT) changed = withNumber(changed, name, size.height)
  return changed === text ? xmp : Buffer.from(changed, 'utf8')
}

/** A property stands in XMP as an attribute or as an element. */
function withNumber(text: string, name: string, value: number): string {
  const stated = new RegExp(`(\\b${name}\\s*=\\s*["']|<${name}(?:\\s[^>]*)?>\\s*)\\d+`, 'g')
  return text.replace(stated, (_, before: string) => before + value)
}

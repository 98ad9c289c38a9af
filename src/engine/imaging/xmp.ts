/** XMP to go with pixels that are already upright: its copy of the EXIF orientation says 1, as EXIF's own does. */
export function normaliseXmp(xmp: Buffer): Buffer {
  const text = xmp.toString('utf8')
  const upright = text
    .replace(/(\btiff:Orientation\s*=\s*["'])\d+/g, (_, before: string) => `${before}1`)
    .replace(/(<tiff:Orientation[^>]*>\s*)\d+/g, (_, before: string) => `${before}1`)
  return upright === text ? xmp : Buffer.from(upright, 'utf8')
}

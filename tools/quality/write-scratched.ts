/**
 * `node tools/quality/write-scratched.ts --data DIR --out FOLDER`: the test of `limpid evaluate inpaint` as files, for other
 * methods to fill in (telea.py). Of each picture <n>-clean.png, <n>-mask.png (white is to be filled) and <n>-scratched.png.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { scratchedPicture } from '../../src/engine/evaluation/inpaint.ts'
import { singlePictures } from '../../src/engine/evaluation/test-pictures.ts'
import type { Raster } from '../../src/engine/imaging/raster.ts'

const { data, out } = parseArgs({ options: { data: { type: 'string' }, out: { type: 'string' } } }).values
if (!data || !out) throw new Error('Name the test pictures with --data and where to write with --out.')

await mkdir(out, { recursive: true })
for (const [i, { files }] of (await singlePictures({ data })).entries()) {
  const { clean, mask, scratched } = await scratchedPicture(files[0], i, false)
  await Promise.all([
    write(clean, `${i}-clean`),
    write(mask, `${i}-mask`),
    write(scratched, `${i}-scratched`),
  ])
}

/** Without loss. @param picture 8 bit */
async function write({ samples, width, height, channels, depth }: Raster, name: string): Promise<void> {
  if (depth !== 8) throw new Error(`${name} has ${depth} bits; the baseline is measured on 8.`)
  const png = sharp(samples, { raw: { width, height, channels } }).toColourspace(
    channels === 1 ? 'b-w' : 'srgb',
  )
  await png.png().toFile(join(out!, `${name}.png`))
}

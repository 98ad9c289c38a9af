import { mkdir, mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { encodePicture } from '../../../imaging/encode.ts'
import { createRaster } from '../../../imaging/raster.ts'
import { random } from '../../../random.ts'

/** Classes of the label pictures; `VOID_VALUE` is a frame of 1 px that counts for nothing. */
export const SHAPES = ['background', 'disc', 'square']
export const VOID_VALUE = 11

/**
 * A folder of made pictures with their masks (the disc is white) and labels, each with a reddish disc and a greenish
 * square somewhere on a noisy ground: `image`, `mask`, `label`.
 */
export async function makeShapes(count: number, { width = 48, height = 32, seed = 1 } = {}): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-shapes-'))
  for (const name of ['image', 'mask', 'label']) await mkdir(path.join(folder, name))
  for (let i = 0; i < count; i++) {
    const draw = random(seed, i)
    const disc = { x: draw.between(8, width - 8), y: draw.between(8, height - 8), radius: draw.between(5, 8) }
    const square = { left: draw.below(width - 10), top: draw.below(height - 10), side: 8 }
    const image = createRaster(width, height, 3, 8)
    const mask = createRaster(width, height, 1, 8)
    const label = createRaster(width, height, 1, 8)
    for (let at = 0; at < width * height; at++) {
      const [x, y] = [at % width, Math.floor(at / width)]
      const inDisc = Math.hypot(x - disc.x, y - disc.y) < disc.radius
      const inSquare =
        x >= square.left && x < square.left + square.side && y >= square.top && y < square.top + 8
      const shape = inDisc ? 1 : inSquare ? 2 : 0
      const colour = [
        [90, 90, 120],
        [190, 80, 80],
        [80, 180, 90],
      ][shape]
      for (let c = 0; c < 3; c++) image.samples[3 * at + c] = colour[c] + draw.below(50)
      mask.samples[at] = inDisc ? 255 : 0
      const isFrame = x === 0 || y === 0 || x === width - 1 || y === height - 1
      label.samples[at] = isFrame ? VOID_VALUE : shape
    }
    for (const [name, raster] of Object.entries({ image, mask, label }))
      await encodePicture(raster, null, { path: path.join(folder, name, `shape-${i}.png`) })
  }
  return folder
}

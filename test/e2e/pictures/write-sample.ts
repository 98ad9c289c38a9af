/** Draws the window's sample picture: `node test/e2e/pictures/write-sample.ts` writes assets/sample.jpg. */
import { join } from 'node:path'
import sharp from 'sharp'
import { drawScene, withNoise } from './scene.ts'

const WIDTH = 600
const HEIGHT = 400
/** 8-bit units: a phone at night. */
const SIGMA = 22
const SEED = 5
/** Fine enough that the noise stays white, as denoisers know it; coarser, and JPEG's own pattern is left over. */
const QUALITY = 93

const { data, width, height } = withNoise(await drawScene(WIDTH, HEIGHT), SIGMA, SEED)
await sharp(data, { raw: { width, height, channels: 3 } })
  .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4', mozjpeg: true })
  .toFile(join(import.meta.dirname, '../../../assets/sample.jpg'))

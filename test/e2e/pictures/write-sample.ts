/** Draws the window's sample picture: `node test/e2e/pictures/write-sample.ts` writes assets/sample.jpg. */
import { join } from 'node:path'
import sharp from 'sharp'
import { drawScene, withNoise } from './scene.ts'

const WIDTH = 720
const HEIGHT = 480
/** 8-bit units: a phone at night. */
const SIGMA = 24
const SEED = 5
/** Fine enough that the noise stays noise; coarser, and JPEG's blocks would show instead. */
const QUALITY = 86

const { data, width, height } = withNoise(await drawScene(WIDTH, HEIGHT), SIGMA, SEED)
await sharp(data, { raw: { width, height, channels: 3 } })
  .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4', mozjpeg: true })
  .toFile(join(import.meta.dirname, '../../../assets/sample.jpg'))

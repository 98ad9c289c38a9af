/**
 * Where a picture is noisy: the deviation of its noise block by block, as the median absolute deviation of the finest
 * diagonal wavelet coefficients (Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", 1994), and the
 * median over each block's neighbours, so that an edge through one block does not read as noise. Fine texture does.
 */
import { NOISE_MAP } from '../../contract/picture.ts'
import { writeFileAtomically } from './atomic-write.ts'
import { encodeBytes } from './encode-bytes.ts'
import { createRaster, maxSample, type Raster } from './raster.ts'

/** sigma: [height, width], 8-bit units; a pixel for each whole block of the picture. */
export type NoiseMap = { width: number; height: number; sigma: Float32Array }

/** Of a normal distribution: deviation over median absolute deviation. */
const DEVIATION_OVER_MAD = 1.4826

/** null for a picture without a single whole block. */
export function noiseMap(raster: Raster): NoiseMap | null {
  const width = Math.floor(raster.width / NOISE_MAP.block)
  const height = Math.floor(raster.height / NOISE_MAP.block)
  if (width === 0 || height === 0) return null
  const blocks = new Float32Array(width * height)
  const sizes = new Float32Array((NOISE_MAP.block / 2) ** 2 * raster.channels)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) blocks[y * width + x] = blockSigma(raster, x, y, sizes)
  }
  return { width, height, sigma: medianOfNeighbours(blocks, width, height) }
}

/** Writes the map as contract/picture.ts says: a grey PNG. */
export async function writeNoiseMap({ width, height, sigma }: NoiseMap, path: string): Promise<void> {
  const picture = createRaster(width, height, 1, 8)
  for (let i = 0; i < sigma.length; i++) {
    picture.samples[i] = Math.round(Math.sqrt(Math.min(1, sigma[i] / NOISE_MAP.maxSigma)) * 255)
  }
  const bytes = await encodeBytes(picture, { icc: null, exif: null, xmp: null }, 'png', {
    quality: 100,
    chromaSubsampling: '4:4:4',
    fast: true,
  })
  await writeFileAtomically(path, bytes, { overwrite: true, flush: false })
}

/** `sizes` is room for the absolute coefficients of a block. */
function blockSigma(
  { samples, width, channels, depth }: Raster,
  x: number,
  y: number,
  sizes: Float32Array,
): number {
  const { block } = NOISE_MAP
  let count = 0
  for (let row = y * block; row < (y + 1) * block; row += 2) {
    for (let column = x * block; column < (x + 1) * block; column += 2) {
      for (let c = 0; c < channels; c++) {
        const at = (row * width + column) * channels + c
        const below = at + width * channels
        sizes[count++] = Math.abs(
          samples[at] - samples[at + channels] - samples[below] + samples[below + channels],
        )
      }
    }
  }
  sizes.sort()
  // A coefficient is half that sum: then white noise has the samples' own deviation.
  return ((DEVIATION_OVER_MAD * sizes[count >> 1]) / 2) * (255 / maxSample(depth))
}

function medianOfNeighbours(values: Float32Array, width: number, height: number): Float32Array {
  return values.map((_, i) => {
    const x = i % width
    const y = (i - x) / width
    const around: number[] = []
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++)
        around.push(values[v * width + u])
    }
    around.sort((a, b) => a - b)
    return around[around.length >> 1]
  })
}

/**
 * Structural similarity (Wang, Bovik, Sheikh & Simoncelli 2004): an 11×11 Gaussian window of sigma 1.5, K1 = 0.01,
 * K2 = 0.03, peak 1, only where the window lies inside the picture; the mean over pixels and channels.
 */
export function ssim(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  size: { width: number; height: number; channels: number },
): number {
  const { width, height, channels } = size
  if (a.length !== width * height * channels || b.length !== a.length)
    throw new RangeError('sizes do not match')
  let sum = 0
  for (let channel = 0; channel < channels; channel++) {
    sum += ssimPlane(plane(a, channels, channel), plane(b, channels, channel), width, height)
  }
  return sum / channels
}

const RADIUS = 5
const SIGMA = 1.5
const C1 = 0.01 ** 2
const C2 = 0.03 ** 2

function ssimPlane(a: Float64Array, b: Float64Array, width: number, height: number): number {
  // A picture smaller than the window: as wide a window as fits.
  const radius = Math.min(RADIUS, (Math.min(width, height) - 1) >> 1)
  const kernel = gaussian(radius)
  const blur = (values: Float64Array) => blurValid(values, width, height, kernel)
  const product = (x: Float64Array, y: Float64Array) => x.map((value, i) => value * y[i])
  const meanA = blur(a)
  const meanB = blur(b)
  const squareA = blur(product(a, a))
  const squareB = blur(product(b, b))
  const both = blur(product(a, b))
  let sum = 0
  for (let i = 0; i < meanA.length; i++) {
    const means = meanA[i] * meanB[i]
    const squares = meanA[i] ** 2 + meanB[i] ** 2
    const covariance = both[i] - means
    const variances = squareA[i] + squareB[i] - squares
    sum += ((2 * means + C1) * (2 * covariance + C2)) / ((squares + C1) * (variances + C2))
  }
  return sum / meanA.length
}

function plane(values: ArrayLike<number>, channels: number, channel: number): Float64Array {
  const out = new Float64Array(values.length / channels)
  for (let i = 0; i < out.length; i++) out[i] = values[i * channels + channel]
  return out
}

function gaussian(radius: number): Float64Array {
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * SIGMA ** 2)),
  )
  const sum = kernel.reduce((total, value) => total + value, 0)
  return kernel.map((value) => value / sum)
}

/** Separable blur, valid part only: [height - 2r, width - 2r]. */
function blurValid(values: Float64Array, width: number, height: number, kernel: Float64Array): Float64Array {
  const shrink = kernel.length - 1
  const outWidth = width - shrink
  const rows = new Float64Array(outWidth * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0
      for (let k = 0; k < kernel.length; k++) sum += kernel[k] * values[y * width + x + k]
      rows[y * outWidth + x] = sum
    }
  }
  const outHeight = height - shrink
  const out = new Float64Array(outWidth * outHeight)
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0
      for (let k = 0; k < kernel.length; k++) sum += kernel[k] * rows[(y + k) * outWidth + x]
      out[y * outWidth + x] = sum
    }
  }
  return out
}

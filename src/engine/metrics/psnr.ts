/** Peak signal-to-noise ratio in dB, peak 1, over all samples. Both are 0..1 and of one length. */
export function psnr(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return decibels(meanSquaredError(a, b))
}

/** That of a mean squared error. Of none it is 100, as `train.py` has it: JSON has no infinity. */
export function decibels(meanSquaredError: number): number {
  return Math.min(100, -10 * Math.log10(meanSquaredError))
}

export function meanSquaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0)
    throw new RangeError(`lengths ${a.length} and ${b.length} do not compare`)
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const difference = a[i] - b[i]
    sum += difference * difference
  }
  return sum / a.length
}

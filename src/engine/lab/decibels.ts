/** PSNR in dB of a mean squared error, peak 1. JSON has no infinity: of no error it is 100. */
export const decibels = (meanSquaredError: number): number =>
  Math.min(100, -10 * Math.log10(meanSquaredError))

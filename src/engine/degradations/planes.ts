import type { Patch } from './degradation.ts'

/** The patch with each channel, as a plane [height, width], replaced by what `map` makes of it. */
export function mapPlanes(patch: Patch, map: (plane: Float32Array) => Float32Array): Patch {
  const { channels } = patch
  const values = new Float32Array(patch.values.length)
  const plane = new Float32Array(patch.width * patch.height)
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane.length; i++) plane[i] = patch.values[channels * i + c]
    const mapped = map(plane)
    for (let i = 0; i < plane.length; i++) values[channels * i + c] = mapped[i]
  }
  return { ...patch, values }
}

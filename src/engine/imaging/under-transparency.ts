import { fillHoles } from './fill-holes.ts'
import { fromFloat, type Raster, toFloat } from './raster.ts'

/**
 * The picture with the colours around it under what is fully transparent, in place of those that a program left there,
 * black mostly: to be enlarged, where they would bleed into its edges.
 */
export function coloursUnderTransparency(raster: Raster): Raster {
  const { width, height, channels, depth, alpha } = raster
  if (!alpha?.includes(0)) return raster
  const values = toFloat(raster)
  fillHoles(values, (pixel) => alpha[pixel] === 0, { width, height, channels })
  return { ...fromFloat(values, width, height, channels, depth), alpha }
}

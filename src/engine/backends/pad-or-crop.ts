import { tf } from '../tf.ts'

/** How a dimension grows at its two ends, px; negative: shrinks. */
export type Growth = { before: number; after: number }

/** Pads [batch, height, width, channels] with zeros, or crops it, at each edge. */
export function padOrCrop(x: tf.Tensor4D, rows: Growth, columns: Growth): tf.Tensor4D {
  const grow = ({ before, after }: Growth): [number, number] => [Math.max(0, before), Math.max(0, after)]
  const cut = ({ before }: Growth) => Math.max(0, -before)
  const size = (length: number, { before, after }: Growth) =>
    length + Math.min(0, before) + Math.min(0, after)
  const [batch, height, width, channels] = x.shape
  const kept: [number, number, number, number] = [batch, size(height, rows), size(width, columns), channels]
  const isCropped = kept[1] < height || kept[2] < width
  const cropped = isCropped ? tf.slice4d(x, [0, cut(rows), cut(columns), 0], kept) : x
  const isPadded = [...grow(rows), ...grow(columns)].some((length) => length > 0)
  return isPadded ? tf.pad4d(cropped, [[0, 0], grow(rows), grow(columns), [0, 0]]) : cropped
}

import { tf } from '../../tf.ts'

/**
 * How far a change of one pixel column is seen to each side, px: measured in the middle of a picture that is too wide for
 * its edges to be seen from there, at every place within a cell of the network.
 */
export function reachOf(
  model: tf.LayersModel,
  { sizeMultiple, receptiveFieldRadius }: { sizeMultiple: number; receptiveFieldRadius: number },
): number {
  const side = sizeMultiple * Math.ceil((2 * receptiveFieldRadius + 40) / sizeMultiple)
  const base = tf.randomUniform([1, 16, side, 3], 0, 1, 'float32', 1)
  const before = model.predictOnBatch(base) as tf.Tensor4D
  let reach = 0
  for (let at = 0; at < sizeMultiple; at++) {
    const changedColumn = (side >> 1) + at
    for (const change of [100, -100]) {
      const bump = tf.oneHot([changedColumn], side).reshape([1, 1, side, 1]).mul(change)
      const after = model.predictOnBatch(base.add(bump)) as tf.Tensor4D
      const moved = after.sub(before).abs().max([0, 1, 3]).dataSync()
      moved.forEach((value, column) => {
        if (value > 0) reach = Math.max(reach, Math.abs(column - changedColumn))
      })
    }
  }
  return reach
}

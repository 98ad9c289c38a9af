/**
 * Weights of a trained network as the start of a larger one's training, after Net2Net (Chen et al. 2016): a layer takes
 * over what the layer of the same name learned. Where it is wider, the learned kernel is its corner and nothing new leads
 * into the learned channels, so that at first they say what they said.
 */
import { PixelShuffle, PixelUnshuffle } from '../layers/pixel-shuffle.ts'
import { tf } from '../tf.ts'

/** Layers that `parent` lacks stay as they are. Returns those of `parent` that found no place, by name: none is well. */
export function takeOver(network: tf.LayersModel, parent: tf.LayersModel): string[] {
  const homeless: string[] = []
  for (const learned of parent.layers) {
    if (learned.getWeights().length === 0) continue
    const layer = network.layers.find(({ name }) => name === learned.name)
    if (!layer || !holds(layer, learned)) {
      homeless.push(learned.name)
      continue
    }
    const weights = layer.getWeights().map((fresh, i) => inCorner(fresh, learned.getWeights()[i], layer))
    layer.setWeights(weights)
    tf.dispose(weights)
  }
  return homeless
}

/** Whether the layer is as large as the other or larger, in channels alone. */
function holds(layer: tf.layers.Layer, other: tf.layers.Layer): boolean {
  if (layer.getClassName() !== other.getClassName()) return false
  if (inputGroups(layer) !== inputGroups(other) || outputGroups(layer) !== outputGroups(other)) return false
  const [shapes, others] = [layer, other].map((of) => of.getWeights().map(({ shape }) => shape))
  return (
    shapes.length === others.length &&
    shapes.every(
      (shape, i) =>
        shape.length === others[i].length &&
        shape.every((size, axis) =>
          axis < shape.length - 2 ? size === others[i][axis] : size >= others[i][axis],
        ),
    )
  )
}

/** Kernel [height, width, in, out] or bias [out]. */
function inCorner(fresh: tf.Tensor, learned: tf.Tensor, layer: tf.layers.Layer): tf.Tensor {
  const [values, old] = [fresh.dataSync().slice(), learned.dataSync()]
  const [ins, outs] = channelsOf(fresh)
  const [oldIns, oldOuts] = channelsOf(learned)
  const toOldIn = regrouped(ins, oldIns, inputGroups(layer))
  const toOldOut = regrouped(outs, oldOuts, outputGroups(layer))
  for (let at = 0; at < values.length; at++) {
    const out = toOldOut[at % outs]
    if (out < 0) continue // a new channel, free to become anything
    const input = toOldIn[Math.floor(at / outs) % ins]
    const tap = Math.floor(at / (outs * ins))
    values[at] = input < 0 ? 0 : old[(tap * oldIns + input) * oldOuts + out]
  }
  return tf.tensor(values, fresh.shape)
}

/** [in, out]; a bias has one "in". */
function channelsOf({ shape }: tf.Tensor): [number, number] {
  return [shape.length === 1 ? 1 : shape[shape.length - 2], shape[shape.length - 1]]
}

/** Of each new channel the old one that stands in its place, or −1. Channels lie group after group. */
function regrouped(count: number, oldCount: number, groups: number): Int32Array {
  if (count === 1) return Int32Array.of(0)
  const [size, oldSize] = [count / groups, oldCount / groups]
  return Int32Array.from({ length: count }, (_, channel) => {
    const [group, within] = [Math.floor(channel / size), channel % size]
    return within < oldSize ? group * oldSize + within : -1
  })
}

/** A pixel-unshuffle before the layer puts f² groups of channels into a row, one for each place in a cell. */
function inputGroups(layer: tf.layers.Layer): number {
  const [before] = layer.inboundNodes[0].inboundLayers
  return before instanceof PixelUnshuffle ? before.factor ** 2 : 1
}

/** So does a pixel-shuffle after it. */
function outputGroups(layer: tf.layers.Layer): number {
  const after = layer.outboundNodes[0]?.outboundLayer
  return after instanceof PixelShuffle ? after.factor ** 2 : 1
}

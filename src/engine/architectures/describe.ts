import type { NetworkDescription, NetworkLayer } from '../../contract/lab-jobs.ts'
import type { tf } from '../tf.ts'

type Shape = (number | null)[]

/**
 * The layers of a model with the shapes that they give for one picture of `height` × `width` px (where the model leaves
 * the size of its input open), their weights and their multiply-accumulates: those of convolutions and dense layers
 * alone, as papers count. Shapes are walked through the layers, no tensor is made.
 */
export function describeModel(model: tf.LayersModel, height: number, width: number): NetworkDescription {
  const shapes = new Map<string, Shape[]>() // of each output
  let picture: number[] = []
  const layers = model.layers.map((layer): NetworkLayer => {
    const { inboundLayers, tensorIndices } = layer.inboundNodes[0]
    const inputs = inboundLayers.map((inbound, i) => shapes.get(inbound.name)![tensorIndices[i]])
    let outputs: Shape[]
    if (inputs.length === 0) {
      const [, ownHeight, ownWidth, channels] = layer.outputShape as Shape
      outputs = [[1, ownHeight ?? height, ownWidth ?? width, channels]]
      picture = outputs[0].slice(1) as number[]
    } else {
      const computed = layer.computeOutputShape(inputs.length === 1 ? inputs[0] : inputs)
      outputs = (Array.isArray(computed[0]) ? computed : [computed]) as Shape[]
    }
    shapes.set(layer.name, outputs)
    return {
      name: layer.name,
      kind: layer.getClassName(),
      inputs: inboundLayers.map(({ name }) => name),
      shape: outputs[0].slice(1) as number[],
      parameters: layer.countParams(),
      macs: macsOf(layer, inputs[0] as number[], outputs[0] as number[]),
    }
  })
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0)
  return { layers, parameterCount: model.countParams(), megaMacs: macs / 1e6, picture }
}

function macsOf(layer: tf.layers.Layer, input: number[], output: number[]): number {
  // Of kernels [height, width, from, to] and [from, to] alike: each weight once for each place it is laid on.
  const kernel = () => layer.weights[0].shape.reduce<number>((product, side) => product * (side ?? 1), 1)
  switch (layer.getClassName()) {
    case 'Conv2D':
      return output[1] * output[2] * kernel()
    case 'Conv2DTranspose':
      return input[1] * input[2] * kernel()
    case 'Dense':
      return kernel()
    default:
      return 0
  }
}

import type { tf } from '../tf.ts'

type Shape = (number | null)[]

/**
 * Multiply-accumulates that a fully convolutional model spends on one pixel of its input, in millions: the
 * convolutions' alone, as papers count. Shapes are walked through the layers, no tensor is made.
 */
export function megaMacsPerPixel(model: tf.LayersModel, side = 256): number {
  const shapes = new Map<string, Shape>()
  let macs = 0
  for (const layer of model.layers) {
    const inputs = layer.inboundNodes[0].inboundLayers.map((inbound) => shapes.get(inbound.name) as Shape)
    let output: Shape
    if (inputs.length === 0) {
      const channels = (layer.outputShape as Shape).at(-1) as number
      output = [1, side, side, channels]
    } else {
      output = layer.computeOutputShape(inputs.length === 1 ? inputs[0] : inputs) as Shape
    }
    shapes.set(layer.name, output)
    if (layer.getClassName() === 'Conv2D') {
      const [kernelHeight, kernelWidth, from, to] = layer.weights[0].shape as number[]
      macs += (output[1] as number) * (output[2] as number) * kernelHeight * kernelWidth * from * to
    }
  }
  return macs / (side * side) / 1e6
}

import type { tf } from '../tf.ts'

type Shape = (number | null)[]

/**
 * Multiply-accumulates that a model spends on one pixel of its input, in millions: those of convolutions and dense
 * layers alone, as papers count. Shapes are walked through the layers, no tensor is made. Where the model leaves the
 * size of its input open, it is `side`² px.
 */
export function megaMacsPerPixel(model: tf.LayersModel, side = 256): number {
  const shapes = new Map<string, Shape[]>() // of each output
  let macs = 0
  let pixels = side * side
  for (const layer of model.layers) {
    const { inboundLayers, tensorIndices } = layer.inboundNodes[0]
    const inputs = inboundLayers.map((inbound, i) => shapes.get(inbound.name)?.[tensorIndices[i]] as Shape)
    let outputs: Shape[]
    if (inputs.length === 0) {
      const [, height, width, channels] = layer.outputShape as Shape
      outputs = [[1, height ?? side, width ?? side, channels]]
      pixels = (height ?? side) * (width ?? side)
    } else {
      const computed = layer.computeOutputShape(inputs.length === 1 ? inputs[0] : inputs)
      outputs = (Array.isArray(computed[0]) ? computed : [computed]) as Shape[]
    }
    shapes.set(layer.name, outputs)
    if (layer.getClassName() === 'Conv2D') {
      const [kernelHeight, kernelWidth, from, to] = layer.weights[0].shape as number[]
      const [, height, width] = outputs[0] as number[]
      macs += height * width * kernelHeight * kernelWidth * from * to
    }
    if (layer.getClassName() === 'Conv2DTranspose') {
      const [kernelHeight, kernelWidth, to, from] = layer.weights[0].shape as number[]
      const [, height, width] = inputs[0] as number[]
      macs += height * width * kernelHeight * kernelWidth * from * to
    }
    if (layer.getClassName() === 'Dense') {
      const [from, to] = layer.weights[0].shape as number[]
      macs += from * to
    }
  }
  return macs / pixels / 1e6
}

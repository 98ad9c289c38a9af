import { tf } from '../../tf.ts'

/**
 * The network up to its last sigmoid, on the same weights: cross-entropy is computed from logits, where it does not
 * lose the digits that the sigmoid rounds away. A network that ends with logits is given back as it is.
 */
export function logitsOf(model: tf.LayersModel): tf.LayersModel {
  const last = model.outputLayers[0]
  const isSigmoid = last.getClassName() === 'Activation' && last.getConfig().activation === 'sigmoid'
  return isSigmoid ? tf.model({ inputs: model.inputs, outputs: last.input as tf.SymbolicTensor }) : model
}

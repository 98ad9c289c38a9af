/** An autoencoder taken apart: its encoder and its decoder, found by the names of their layers. */
import { LimpidError } from '../../contract/errors.ts'
import { CODE, LOG_VARIANCE, LOGITS } from '../architectures/autoencoder-parts.ts'
import { tf } from '../tf.ts'

export type Coded = {
  /** [batch, …code]; of a Gaussian code its mean. */
  code: tf.Tensor
  /** [batch, code], of a Gaussian code. */
  logVariance: tf.Tensor | null
}
export type Decoded = {
  /** [batch, height, width, channels], 0..1 where there are logits. */
  reconstruction: tf.Tensor4D
  logits: tf.Tensor4D | null
}

export class Autoencoder {
  readonly model: tf.LayersModel
  /** Height, width, channels of the pictures. */
  readonly picture: [number, number, number]
  /** Of one code: [units], or [height, width, maps]. */
  readonly codeShape: number[]
  readonly #encoder: tf.LayersModel
  readonly #decoder: tf.LayersModel
  readonly #isGaussian: boolean
  readonly #hasLogits: boolean

  /** Takes the model over. Where it has no layer "code" it is disposed of, with a `model-damaged`. */
  constructor(model: tf.LayersModel) {
    const names = new Set(model.layers.map(({ name }) => name))
    if (!names.has(CODE)) {
      model.dispose()
      throw new LimpidError('model-damaged', `The model has no layer "${CODE}": it is no autoencoder.`)
    }
    this.model = model
    this.picture = model.inputs[0].shape.slice(1) as [number, number, number]
    const code = model.getLayer(CODE).output as tf.SymbolicTensor
    this.codeShape = code.shape.slice(1) as number[]
    this.#isGaussian = names.has(LOG_VARIANCE)
    this.#hasLogits = names.has(LOGITS)
    const coded = this.#isGaussian ? [code, model.getLayer(LOG_VARIANCE).output as tf.SymbolicTensor] : code
    this.#encoder = tf.model({ inputs: model.inputs, outputs: coded, name: 'encoder' })
    this.#decoder = decoderOf(model, code.shape.slice(1))
  }

  get codeSize(): number {
    return this.codeShape.reduce((product, side) => product * side, 1)
  }

  /** Pictures [batch, height, width, channels] → codes. */
  encode(pictures: tf.Tensor, training = false): Coded {
    const coded = this.#encoder.apply(pictures, { training })
    if (!this.#isGaussian) return { code: coded as tf.Tensor, logVariance: null }
    const [code, logVariance] = coded as tf.Tensor[]
    return { code, logVariance }
  }

  /** Codes → pictures. */
  decode(code: tf.Tensor, training = false): Decoded {
    const decoded = this.#decoder.apply(code, { training })
    if (!this.#hasLogits) return { reconstruction: decoded as tf.Tensor4D, logits: null }
    const [logits, reconstruction] = decoded as tf.Tensor4D[]
    return { reconstruction, logits }
  }

  dispose(): void {
    // tfjs counts how often a layer was applied: twice for those of the decoder, once for those that the encoder shares.
    this.#decoder.dispose()
    this.model.dispose()
  }
}

/** The layers behind the code, applied anew to an input of their own. */
function decoderOf(model: tf.LayersModel, codeShape: (number | null)[]): tf.LayersModel {
  const code = tf.input({ shape: codeShape as number[], name: `${CODE}_given` })
  const replayed = new Map<tf.layers.Layer, tf.SymbolicTensor>([[model.getLayer(CODE), code]])
  let last = code
  for (const layer of model.layers) {
    if (replayed.has(layer)) continue
    const inbound = layer.inboundNodes[0].inboundLayers
    const inputs = inbound.map((from) => replayed.get(from))
    if (inputs.length === 0 || inputs.some((input) => input === undefined)) continue
    last = layer.apply(
      inputs.length === 1 ? inputs[0]! : (inputs as tf.SymbolicTensor[]),
    ) as tf.SymbolicTensor
    replayed.set(layer, last)
  }
  const logits = [...replayed].find(([layer]) => layer.name === LOGITS)?.[1]
  return tf.model({ inputs: code, outputs: logits ? [logits, last] : last, name: 'decoder' })
}

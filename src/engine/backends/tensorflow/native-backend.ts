import { tf } from '../../tf.ts'

/** What of tfjs-node's backend is called here directly: it executes any TensorFlow op by its name. */
export type NativeBackend = {
  binding: Record<
    | 'TF_ATTR_TYPE'
    | 'TF_ATTR_STRING'
    | 'TF_ATTR_INT'
    | 'TF_ATTR_FLOAT'
    | 'TF_ATTR_BOOL'
    | 'TF_ATTR_SHAPE'
    | 'TF_FLOAT'
    | 'TF_INT32',
    number
  > & {
    TF_Version: string
    isUsingGpuDevice(): boolean
  }
  executeSingleOutput(name: string, attributes: NativeAttribute[], inputs: tf.TensorInfo[]): tf.Tensor
  executeMultipleOutputs(
    name: string,
    attributes: NativeAttribute[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[]
  applyActivation(
    x: tf.Tensor,
    activation: string,
    preluWeights?: tf.TensorInfo,
    leakyReluAlpha?: number,
  ): tf.Tensor
}

export type NativeAttribute = { name: string; type: number; value: unknown }

/** tfjs's current backend, which must be `tensorflow`. */
export function nativeBackend(): NativeBackend {
  return tf.backend() as unknown as NativeBackend
}

/** The attributes of an op on float32 tensors of [batch, height, width, channels]. */
export function floatNhwc({
  TF_ATTR_TYPE,
  TF_ATTR_STRING,
  TF_FLOAT,
}: NativeBackend['binding']): NativeAttribute[] {
  return [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
  ]
}

/** The shipped models, and what a backend makes of one: what it restores, and which way it would learn. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { loadModel } from '../../models/model-file.ts'
import { random } from '../../random.ts'
import { tf } from '../../tf.ts'

const MODELS = path.join(import.meta.dirname, '../../../../models')

/** Folders of shipped models in models/, those of specialists within them too. */
export const shippedModels: readonly string[] = readdirSync(MODELS, { recursive: true, encoding: 'utf8' })
  .filter((file) => path.basename(file) === 'manifest.json')
  .map(path.dirname)
  .sort()

export type Computed = {
  output: Float32Array
  /** Of an L2 loss, with respect to all weights that are trained. */
  gradient: Float32Array
}

/** On a backend that was started; a noisy picture of about `side` px. */
export async function computeShipped(backend: string, name: string, side: number): Promise<Computed> {
  await tf.setBackend(backend)
  const { model, manifest } = await loadModel(path.join(MODELS, name))
  const size = Math.ceil(side / manifest.sizeMultiple) * manifest.sizeMultiple
  const draw = random(4)
  const noise = ([, height, width, channels]: tf.Shape) => {
    const shape: [number, number, number, number] = [1, height ?? size, width ?? size, channels!]
    const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => draw.uniform())
    return tf.tensor4d(values, shape)
  }
  const x = noise(model.inputs[0].shape)
  const y = noise(model.outputs[0].shape)
  const restored = tf.tidy(() => model.predictOnBatch(x) as tf.Tensor)
  const output = await restored.data<'float32'>()
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const loss = () =>
    tf
      .sub(model.apply(x, { training: true }) as tf.Tensor, y)
      .square()
      .mean()
      .asScalar()
  const { value, grads } = tf.variableGrads(loss, variables)
  const flat = tf.tidy(() => tf.concat(variables.map((variable) => grads[variable.name].flatten())))
  const gradient = await flat.data<'float32'>()
  tf.dispose([x, y, restored, value, grads, flat])
  model.dispose()
  return { output, gradient }
}

/** How far apart: outputs at worst (0..1), gradients as a share of their length. */
export function differenceOf(computed: Computed, expected: Computed): { output: number; gradient: number } {
  return {
    output: largestDifference(computed.output, expected.output),
    gradient: distance(computed.gradient, expected.gradient),
  }
}

/** NaN where a number is none. */
export function largestDifference(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = values.length === expected.length ? 0 : Number.NaN
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(values[i] - expected[i]))
  return largest
}

/** How far apart, as a share of the expected length. */
export function distance(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0
  let length = 0
  for (let i = 0; i < expected.length; i++) {
    difference += (values[i] - expected[i]) ** 2
    length += expected[i] ** 2
  }
  return Math.sqrt(difference / Math.max(length, 1e-12))
}

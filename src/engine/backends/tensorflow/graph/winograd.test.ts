import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../../../tf.ts'
import { chooseBackend } from '../../choose.ts'
import { graphOf } from './graph.ts'
import { openNodes } from './loaded-graph.ts'
import { withWinograd } from './winograd.ts'

const isThere = await chooseBackend('tensorflow').then(
  () => true,
  () => false,
)
if (!isThere) console.warn('SKIPPED: Winograd, for TensorFlow is not there.')

type Options = Partial<Parameters<typeof tf.layers.conv2d>[0]>

/** `channels` of a picture's three come first, by a 1×1 convolution. */
function modelOf(channels: number, layers: (x: tf.SymbolicTensor) => tf.SymbolicTensor): tf.LayersModel {
  const picture = tf.input({ shape: [null, null, 3] })
  const first = tf.layers.conv2d({ filters: channels, kernelSize: 1, kernelInitializer: 'randomNormal' })
  return tf.model({ inputs: picture, outputs: layers(first.apply(picture) as tf.SymbolicTensor) })
}

let seed = 0
const conv = (filters: number, options: Options = {}) => {
  const initializer = tf.initializers.randomNormal({ stddev: 0.05, seed: ++seed })
  const layer = tf.layers.conv2d({
    filters,
    kernelSize: 3,
    padding: 'same',
    kernelInitializer: initializer,
    biasInitializer: initializer,
    ...options,
  })
  return (x: tf.SymbolicTensor) => layer.apply(x) as tf.SymbolicTensor
}

const opsOf = (model: tf.LayersModel) => withWinograd(graphOf(model)!)?.nodes.map(({ op }) => op) ?? null

describe.skipIf(!isThere)('withWinograd', () => {
  beforeAll(async () => {
    await chooseBackend('tensorflow')
  })

  it.each([
    { name: 'with a ReLU', model: () => modelOf(96, conv(96, { activation: 'relu' })) },
    { name: 'without', model: () => modelOf(96, conv(112)) },
    { name: 'of other widths', model: () => modelOf(80, conv(150, { activation: 'relu' })) },
    {
      name: 'in a residual block, and one more',
      model: () =>
        modelOf(96, (x) => {
          const block = conv(96)(conv(128, { activation: 'relu' })(x))
          const sum = tf.layers.add().apply([x, block]) as tf.SymbolicTensor
          return conv(96)(sum)
        }),
    },
    {
      name: 'on two scales',
      model: () =>
        modelOf(96, (x) => {
          const half = conv(128, { strides: 2, activation: 'relu' })(conv(96, { activation: 'relu' })(x))
          return conv(96)(half)
        }),
    },
  ])('a convolution $name: the numbers are those of the layers, at any size', ({ model: make }) => {
    const model = make()
    const graph = openNodes(withWinograd(graphOf(model)!)!)
    for (const [height, width] of [
      [1, 1],
      [2, 3],
      [3, 7],
      [4, 1],
      [5, 6],
      [8, 4],
      [13, 9],
      [26, 10],
    ]) {
      tf.tidy(() => {
        const picture = tf.randomNormal([1, height, width, 3], 0, 1, 'float32', height) as tf.Tensor4D
        const expected = model.predict(picture) as tf.Tensor
        const made = graph.run(picture)
        expect(made.shape).toEqual(expected.shape)
        const scale = expected.abs().max().dataSync()[0]
        expect(made.sub(expected).abs().max().dataSync()[0] / scale).toBeLessThan(1e-5)
      })
    }
    graph.dispose()
    model.dispose()
  })

  it('six convolutions of one row stand where one of three rows was, and nothing of that is left', () => {
    const model = modelOf(96, conv(96, { activation: 'relu' }))
    const ops = opsOf(model)!
    expect(ops.filter((op) => op === 'Conv2D')).toHaveLength(3 + 1) // and the 1×1 before
    expect(ops.filter((op) => op === '_FusedConv2D')).toHaveLength(3)
    const shapes = withWinograd(graphOf(model)!)!.nodes.flatMap(({ attributes: { value } }) =>
      typeof value === 'object' && 'tensor' in value ? [String(value.tensor.shape)] : [],
    )
    expect(shapes).not.toContain('3,3,96,96')
    expect(shapes.filter((shape) => shape === '1,3,96,96')).toHaveLength(6)
    model.dispose()
  })

  it('what depends on a size alone is computed once along a chain of residual convolutions', () => {
    const chain = (length: number) => {
      const model = modelOf(96, (x) => {
        const residual = (y: tf.SymbolicTensor) =>
          tf.layers.add().apply([y, conv(96)(y)]) as tf.SymbolicTensor
        return Array(length)
          .fill(residual)
          .reduce((y, one) => one(y), x)
      })
      const ops = opsOf(model)!
      model.dispose()
      return ops.filter((op) => op === 'Shape' || op === 'Range')
    }
    expect(chain(4)).toEqual(chain(1))
  })

  it.each([
    { name: 'a narrow one', layer: conv(48, { activation: 'relu' }) },
    { name: 'one with a stride', layer: conv(96, { strides: 2 }) },
    { name: 'a dilated one', layer: conv(96, { dilationRate: 2 }) },
    { name: 'one without padding', layer: conv(96, { padding: 'valid' }) },
    { name: 'a 5×5', layer: conv(96, { kernelSize: 5 }) },
    { name: 'one without a bias', layer: conv(96, { useBias: false }) },
  ])('leaves alone $name', ({ layer }) => {
    const model = modelOf(96, layer)
    expect(withWinograd(graphOf(model)!)).toBeNull()
    model.dispose()
  })
})

/** Every model that comes with Limpid is run as one graph where TensorFlow is there, and gives the layers' numbers. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { forInference } from '../../../models/for-inference.ts'
import { loadModel } from '../../../models/model-file.ts'
import { LocalNetwork } from '../../../models/network.ts'
import { tf } from '../../../tf.ts'
import { chooseBackend } from '../../choose.ts'
import { graphOf, openGraph } from './graph.ts'
import { type Graph, openNodes } from './loaded-graph.ts'
import { withWinograd } from './winograd.ts'

const models = path.join(import.meta.dirname, '../../../../../models')
const ids = (await readdir(models, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const isThere = await chooseBackend('tensorflow').then(
  () => true,
  () => false,
)
if (!isThere) console.warn('SKIPPED: graphs, for TensorFlow is not there.')

describe.skipIf(!isThere)('graphs', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    await chooseBackend('tensorflow')
  })

  it.each(ids)(
    '%s gives the numbers of its layers, at several sizes, and leaves nothing behind',
    async (id) => {
      const { model, manifest } = await loadModel(path.join(models, id))
      const layers = forInference(model)
      const graph = openGraph(layers, manifest.sizeMultiple)!
      expect(graph).not.toBeNull()
      const winograd = withWinograd(graphOf(layers)!)
      const graphs: Graph[] = winograd ? [graph, openNodes(winograd)] : [graph]
      const channels = manifest.channels?.input ?? 3
      const before = tf.memory().numTensors
      for (const [height, width] of [
        [1, 1],
        [3, 2],
        [4, 7],
      ].map((sides) => sides.map((side) => side * manifest.sizeMultiple))) {
        const differences = tf.tidy(() => {
          const picture = tf.randomUniform([1, height, width, channels], 0, 1, 'float32', 5) as tf.Tensor4D
          const expected = layers.execute(picture, layers.outputs[0].name) as tf.Tensor
          return graphs.map((each) => {
            const made = each.run(picture)
            expect(made.shape).toEqual(expected.shape)
            return made.sub(expected).abs().max().dataSync()[0]
          })
        })
        expect(Math.max(...differences)).toBeLessThan(1e-4)
      }
      expect(tf.memory().numTensors).toBe(before)
      for (const each of graphs) each.dispose()
      layers.dispose()
    },
  )

  it('a convolution with a bias and a ReLU is one op', () => {
    const convolution = tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'relu' })
    const { model } = withOneLayer(convolution)
    const ops = graphOf(model)!.nodes.map(({ op }) => op)
    expect(ops).toEqual(['Placeholder', 'Const', 'Const', '_FusedConv2D'])
    model.dispose()
  })

  it('a layer that has no line in the table is no matter: the model runs layer by layer', async () => {
    const { input, model } = withOneLayer(tf.layers.gaussianNoise({ stddev: 1 }))
    expect(graphOf(model)).toBeNull()
    expect(openGraph(model, 4)).toBeNull()
    const manifest = { sizeMultiple: 4 } as Parameters<typeof LocalNetwork.of>[1]
    const network = await LocalNetwork.of(model, manifest)
    expect([...(await network.run(input, 4, 4, 3))]).toEqual([...input])
    network.dispose()
  })

  it('a graph of other numbers is not used, and that is said', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { model } = withOneLayer(tf.layers.activation({ activation: 'relu' }))
    const output = model.outputs[0]
    expect(openGraph(model, 4)).not.toBeNull()
    expect(said).not.toHaveBeenCalled()
    Object.assign(output.sourceLayer, {
      call: (x: tf.Tensor | tf.Tensor[]) => tf.mul(([x].flat() as tf.Tensor[])[0], 2),
    })
    expect(openGraph(model, 4)).toBeNull()
    expect(String(said.mock.lastCall)).toMatch(/layer by layer.*its numbers are others/)
    said.mockRestore()
  })
})

function withOneLayer(layer: tf.layers.Layer) {
  const picture = tf.input({ shape: [null, null, 3] })
  const model = tf.model({ inputs: picture, outputs: layer.apply(picture) as tf.SymbolicTensor })
  return { model, input: Float32Array.from({ length: 48 }, (_, i) => i / 48) }
}

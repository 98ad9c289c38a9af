/**
 * Takes out what training has left without a use: hidden units whose ReLU gives 0 on every picture ("dying ReLU", Lu et
 * al. 2020). Without them a network gives the same numbers for less work.
 */
import { architecture } from '../architectures/index.ts'
import { tf } from '../tf.ts'
import type { Batch } from './batch.ts'

type Architecture = ReturnType<typeof architecture>

/** A residual block of the restoration U-Net: its units are made by one layer and used by the next alone. */
const MAKES_UNITS = /_block\d+_a$/
const userOf = (maker: string) => maker.replace(/_a$/, '_b')

/** A block stays a multiple of so many units wide, which is what oneDNN is fast with; dead ones fill it up. */
const MULTIPLE = 16

/**
 * The trained restoration U-Net without the units that are 0 all over these batches, and its architecture. The model that
 * is given stays as it is. Throws where there is no batch: on nothing, every unit is dead.
 */
export async function withoutDeadUnits(
  model: tf.LayersModel,
  { name, parameters }: Pick<Architecture, 'name' | 'parameters'>,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<{ model: tf.LayersModel; network: Architecture }> {
  const makers = model.layers.filter((layer) => MAKES_UNITS.test(layer.name))
  const largest = await largestActivations(model, makers, batches)
  const units = largest.map(unitsToKeep)
  const hidden = units.map(({ length }) => length)
  const network = architecture(name, { ...(parameters as object), hidden })
  const narrower = network.build(1)
  const kept = new Map(makers.map((maker, block) => [maker.name, units[block]]))
  const used = new Map(makers.map((maker, block) => [userOf(maker.name), units[block]]))
  tf.tidy(() => {
    for (const layer of model.layers) {
      const weights = layer.getWeights() // of a convolution: kernel [height, width, in, out] and bias [out]
      const out = kept.get(layer.name)
      const into = used.get(layer.name)
      const chosen = weights.map((weight) => {
        if (out) return weight.gather(out, weight.rank - 1)
        return into && weight.rank === 4 ? weight.gather(into, 2) : weight
      })
      if (chosen.length > 0) narrower.getLayer(layer.name).setWeights(chosen)
    }
  })
  return { model: narrower, network }
}

/** Of each of these layers, unit by unit, over all pixels of all batches. */
async function largestActivations(
  model: tf.LayersModel,
  layers: tf.layers.Layer[],
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<Float32Array[]> {
  const outputs = layers.map(({ output }) => output as tf.SymbolicTensor)
  const probe = tf.model({ inputs: model.inputs, outputs })
  const largest = outputs.map(({ shape }) => new Float32Array(shape.at(-1)!).fill(Number.NEGATIVE_INFINITY))
  for await (const { input, batch, patch, inputChannels } of batches) {
    const here = tf.tidy(() => {
      const x = tf.tensor4d(input, [batch, patch, patch, inputChannels])
      return [probe.predictOnBatch(x)].flat().map((activations) => activations.max([0, 1, 2]))
    })
    for (const [at, tensor] of here.entries()) {
      const values = await tensor.data()
      for (const [unit, value] of values.entries()) largest[at][unit] = Math.max(largest[at][unit], value)
    }
    tf.dispose(here)
  }
  if (largest.some((values) => values.includes(Number.NEGATIVE_INFINITY))) {
    throw new Error('Which units are dead is told by training pictures, and there are none.')
  }
  return largest
}

function unitsToKeep(largest: Float32Array): number[] {
  const units = Array.from(largest, (_, unit) => unit)
  const alive = units.filter((unit) => largest[unit] > 0)
  const width = Math.max(1, Math.ceil(alive.length / MULTIPLE)) * MULTIPLE
  const fillers = units.filter((unit) => !(largest[unit] > 0)).slice(0, width - alive.length)
  return [...alive, ...fillers].sort((a, b) => a - b)
}

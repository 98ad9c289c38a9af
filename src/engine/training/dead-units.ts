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
  const blocks = await unitsOf(model, batches)
  const chosenOf = blocks.map(({ maker, alive }) => ({ maker, units: unitsToKeep(alive) }))
  const hidden = chosenOf.map(({ units }) => units.length)
  const network = architecture(name, { ...(parameters as object), hidden })
  const narrower = network.build(1)
  const kept = new Map(chosenOf.map(({ maker, units }) => [maker, units]))
  const used = new Map(chosenOf.map(({ maker, units }) => [userOf(maker), units]))
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

/**
 * Of each residual block, in the order in which they are run, which of its units are above 0 anywhere in these batches,
 * and the layer that makes them. Throws where there is no batch.
 */
export async function unitsOf(
  model: tf.LayersModel,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<{ maker: string; alive: boolean[] }[]> {
  const makers = model.layers.filter(({ name }) => MAKES_UNITS.test(name))
  const outputs = makers.map(({ output }) => output as tf.SymbolicTensor)
  const probe = tf.model({ inputs: model.inputs, outputs })
  const alive = outputs.map(({ shape }) => Array<boolean>(shape.at(-1)!).fill(false))
  let empty = true
  for await (const { input, batch, patch, inputChannels } of batches) {
    empty = false
    const largest = tf.tidy(() => {
      const x = tf.tensor4d(input, [batch, patch, patch, inputChannels])
      return [probe.predictOnBatch(x)].flat().map((activations) => activations.max([0, 1, 2]))
    })
    for (const [block, tensor] of largest.entries()) {
      for (const [unit, value] of (await tensor.data()).entries()) alive[block][unit] ||= value > 0
    }
    tf.dispose(largest)
  }
  if (empty) throw new Error('Which units are dead is told by training pictures, and there are none.')
  return makers.map(({ name }, block) => ({ maker: name, alive: alive[block] }))
}

function unitsToKeep(alive: boolean[]): number[] {
  const units = alive.map((_, unit) => unit)
  const living = units.filter((unit) => alive[unit])
  const width = Math.max(1, Math.ceil(living.length / MULTIPLE)) * MULTIPLE
  const fillers = units.filter((unit) => !alive[unit]).slice(0, width - living.length)
  return [...living, ...fillers].sort((a, b) => a - b)
}

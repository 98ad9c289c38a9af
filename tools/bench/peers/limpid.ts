/** Limpid on one of its backends (the argument), through the product's own code: Network and trainingStep. */
import type { BackendName } from '../../../src/contract/backend.ts'
import { chooseBackend } from '../../../src/engine/backends/choose.ts'
import { loadModel } from '../../../src/engine/models/model-file.ts'
import { LocalNetwork } from '../../../src/engine/models/network.ts'
import type { tf } from '../../../src/engine/tf.ts'
import { FlatAdam } from '../../../src/engine/training/adam.ts'
import { restorationLoss } from '../../../src/engine/training/restoration-learner.ts'
import { trainingStep } from '../../../src/engine/training/trainer.ts'
import { PHI, PLASTIC, pattern, sampled, type Work } from '../work.ts'
import { serve } from './serve.ts'

const backend = process.argv[2] as BackendName

type Job = { run(): Promise<void>; figures(samples: number): number[]; dispose(): void }
let job: Job | undefined

serve({
  async hello() {
    const { device } = await chooseBackend(backend)
    return { engine: `Limpid ${backend}`, device }
  },
  async prepare(folder, _onnx, work) {
    job?.dispose()
    const { model, manifest } = await loadModel(folder)
    job =
      work.kind === 'inference'
        ? inferring(await LocalNetwork.of(model, manifest), work)
        : training(model, work)
  },
  run: () => job!.run(),
  figures: (samples) => job!.figures(samples),
})

function inferring(network: LocalNetwork, { channels, sizes }: Work & { kind: 'inference' }): Job {
  const pictures = sizes.map(({ width, height }) => ({
    width,
    height,
    values: pattern(width * height * channels.input, PHI),
  }))
  const [{ values, width, height }] = pictures
  network.settle(values, width, height)
  let output: Float32Array = new Float32Array()
  return {
    async run() {
      for (const { values, width, height } of pictures) {
        output = await network.run(values, width, height, channels.input)
      }
    },
    figures(samples) {
      const count = channels.output
      return sampled(
        samples,
        output.length / count,
        count,
        (pixel, channel) => output[pixel * count + channel],
      )
    },
    dispose: () => network.dispose(),
  }
}

function training(
  model: tf.LayersModel,
  { batch, patch, learningRate, clipNorm }: Work & { kind: 'training' },
): Job {
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const adam = new FlatAdam(variables)
  const length = batch * patch ** 2 * 3
  const channels = { inputChannels: 3, targetChannels: 3 }
  const data = {
    step: 0,
    batch,
    patch,
    ...channels,
    input: pattern(length, PHI),
    target: pattern(length, PLASTIC),
  }
  const learner = { loss: (batch: typeof data) => restorationLoss(model, batch, 'l1') }
  let loss = Number.NaN
  return {
    async run() {
      loss = await trainingStep(learner, adam, data, learningRate, clipNorm)
    },
    figures: () => [loss],
    dispose() {
      adam.dispose()
      model.dispose()
    },
  }
}

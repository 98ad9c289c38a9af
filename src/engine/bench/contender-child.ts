/** The process of a contender (contender.ts): the backend named by its argument, and one model with one work at a time. */
import { backendNameSchema } from '../../contract/backend.ts'
import { describeFailure, startProven } from '../backends/choose.ts'
import { backends } from '../backends/index.ts'
import { loadModel } from '../models/model-file.ts'
import { LocalNetwork } from '../models/network.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { FlatAdam } from '../training/adam.ts'
import type { Answer, Question } from './contender.ts'
import type { Work } from './works.ts'

const SAMPLES = 300
/** Small: a network that is trained should stay what it is. */
const LEARNING_RATE = 1e-5

type Prepared = { run(): Promise<number[]>; dispose(): void }
let prepared: Prepared | null = null

const backend = backends.find(({ name }) => name === backendNameSchema.parse(process.argv[2]))!
process.on('disconnect', () => process.exit())
process.on('message', async (question: Question) => {
  const answer = await answerTo(question).catch((thrown) => ({
    error: question.ask === 'start' ? describeFailure(thrown).problem : String(thrown?.message ?? thrown),
  }))
  process.send!(answer)
})

async function answerTo(question: Question): Promise<Answer> {
  if (question.ask === 'start') return { device: (await startProven(backend, question.asked)).device }
  if (question.ask === 'prepare') {
    prepared?.dispose()
    prepared = null
    prepared = await prepare(question.folder, question.work)
    return { ready: true }
  }
  if (!prepared) throw new Error('nothing was prepared')
  const start = performance.now()
  const figures = await prepared.run()
  return { ms: performance.now() - start, figures }
}

async function prepare(folder: string, work: Work): Promise<Prepared> {
  const { model, manifest } = await loadModel(folder)
  const whole = (length: number) => Math.ceil(length / manifest.sizeMultiple) * manifest.sizeMultiple
  const size =
    work.kind === 'training'
      ? [work.batch, whole(work.patch), whole(work.patch)]
      : [1, whole(work.height), whole(work.width)]
  const noise = (seed: number, [, height, width, channels]: tf.Shape) => {
    const shape = [size[0], height ?? size[1], width ?? size[2], channels!] as Shape
    const draw = random(seed)
    return {
      values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => draw.uniform()),
      shape,
    }
  }
  const input = noise(1, model.inputs[0].shape)
  if (work.kind === 'inference') return inferring(await LocalNetwork.of(model, manifest), input)
  const target = noise(2, model.outputs[0].shape)
  return training(
    model,
    () => tf.tensor4d(input.values, input.shape),
    () => tf.tensor4d(target.values, target.shape),
  )
}

type Shape = [number, number, number, number]

function inferring(
  network: LocalNetwork,
  { values: input, shape: [, height, width, channels] }: { values: Float32Array; shape: Shape },
): Prepared {
  network.settle(input, width, height)
  return {
    async run() {
      const values = await network.run(input, width, height, channels)
      return Array.from({ length: SAMPLES }, (_, i) => values[Math.floor((i * values.length) / SAMPLES)])
    },
    dispose: () => network.dispose(),
  }
}

function training(model: tf.LayersModel, input: () => tf.Tensor, target: () => tf.Tensor): Prepared {
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const adam = new FlatAdam(variables)
  return {
    async run() {
      const { value, grads } = tf.tidy(() => {
        const [x, y] = [input(), target()]
        const loss = () =>
          tf
            .sub(model.apply(x, { training: true }) as tf.Tensor, y)
            .abs()
            .mean()
            .asScalar()
        return tf.variableGrads(loss, variables)
      })
      adam.apply(grads, LEARNING_RATE, 1)
      const figures = [...(await value.data())]
      tf.dispose([value, grads])
      return figures
    },
    dispose() {
      adam.dispose()
      model.dispose()
    },
  }
}

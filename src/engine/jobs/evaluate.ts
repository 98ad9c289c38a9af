/** Measures a model, or what it is compared with, picture by picture; the figures of a set are the pictures' means. */
import path from 'node:path'
import { LimpidError, toErrorData } from '../../contract/errors.ts'
import type { Evaluation, EvaluationTask, PictureFigures } from '../../contract/evaluation.ts'
import { ofPicture } from '../../contract/of-picture.ts'
import type { Session } from '../compute.ts'
import { eachAtOnce } from '../each-at-once.ts'
import type { Evaluator } from '../evaluation/evaluator.ts'
import { evaluators } from '../evaluation/index.ts'
import type { Network } from '../models/network.ts'
import { withSelfEnsemble } from '../tasks/self-ensemble.ts'
import type { TaskOptions } from '../tasks/tiled.ts'
import { type JobContext, type JobHandler, peakMemory } from './job.ts'

export const evaluate: JobHandler<'evaluate'> = async (input, context) => {
  const start = performance.now()
  // The table pairs each kind with its input; the index by a union loses that.
  const evaluator = evaluators[input.task] as Evaluator<EvaluationTask>
  const cases = (await evaluator.find(input)).slice(0, input.limit)
  const { session, network } = await open(input, context)
  const modelMsBefore = network?.elapsedMs ?? 0
  const options = network && optionsFor(network, session!, input, context)
  const pictures: PictureFigures[] = []
  let pixels = 0
  let ended = 0
  await eachAtOnce(
    cases,
    () => session?.workers ?? 1,
    async (testCase, i) => {
      await context.step(ended / cases.length, testCase.name)
      const { pixels: own, ...figures } = await evaluator
        .measure(testCase, i, input, options)
        .catch((thrown) => {
          throw LimpidError.fromData(ofPicture(toErrorData(thrown), testCase.files[0]))
        })
      if (Number.isNaN(figures.psnr)) throw notANumber(testCase.files[0])
      pixels += own
      pictures[i] = { name: testCase.name, ...figures }
      ended++
    },
  )
  await context.step(1, 'Evaluated')
  return {
    task: input.task,
    model: network?.manifest.id ?? 'none',
    backend: session?.choice.name ?? 'none',
    count: pictures.length,
    ...means(pictures),
    seconds: (performance.now() - start) / 1000,
    modelSeconds: ((network?.elapsedMs ?? 0) - modelMsBefore) / 1000,
    megapixels: pixels / 1e6,
    peakMemory: peakMemory(),
    pictures,
  }
}

async function open(
  { folder }: Evaluation,
  context: JobContext,
): Promise<{ session: Session | null; network: Network | null }> {
  if (folder === null) return { session: null, network: null }
  const session = await context.compute.session()
  return { session, network: await session.open(folder, context.signal) }
}

function optionsFor(
  network: Network,
  session: Session,
  { ensemble }: Evaluation,
  { signal }: JobContext,
): TaskOptions {
  const { maxTilePixels, workers } = session
  const mostPixels = maxTilePixels * workers
  return { network: ensemble ? withSelfEnsemble(network) : network, maxTilePixels, mostPixels, signal }
}

type Figure = Exclude<keyof PictureFigures, 'name'>

function means(pictures: readonly PictureFigures[]): Omit<PictureFigures, 'name'> {
  const mean = (figure: Figure) =>
    pictures.reduce((sum, picture) => sum + (picture[figure] ?? Number.NaN), 0) / pictures.length
  const optional = (['fMeasure', 'rmse', 'recall', 'precision', 'falseAlarms'] as const).filter(
    (figure) => pictures[0][figure] !== undefined,
  )
  return {
    psnr: mean('psnr'),
    ssim: mean('ssim'),
    inputPsnr: mean('inputPsnr'),
    ...Object.fromEntries(optional.map((figure) => [figure, mean(figure)])),
  }
}

function notANumber(file: string): LimpidError {
  return new LimpidError(
    'result-invalid',
    `The model computed pixels of ${path.basename(file)} that are no numbers.`,
    { file, hint: 'Try another model or another backend (--backend).' },
  )
}

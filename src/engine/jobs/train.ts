import type { EngineInput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import { type Run, readRun } from '../training/checkpoint.ts'
import type { Course } from '../training/learner.ts'
import { train } from '../training/trainer.ts'
import type { JobContext, JobHandler } from './job.ts'

/**
 * Trains a recipe to its end, or until it is cancelled: then a checkpoint is kept and the next call goes on. With
 * `finishNow` no step is taken, and the model is what the run has come to: `bad-request` where that is nothing.
 */
export const trainRecipe: JobHandler<'train'> = async (input, context) => {
  const { recipe, runFolder, modelFolder, finishNow = false } = input
  const earlier = await readRun(runFolder)
  if (finishNow && (earlier?.step ?? 0) === 0) {
    throw new LimpidError('bad-request', `Nothing of ${recipe.id} is trained yet.`, {
      file: runFolder,
      hint: 'Let it train for a while first.',
    })
  }
  await context.backend()
  await context.step(0, 'Reading the training pictures')
  const { learner, schedule, save } = await courseOf(input, earlier, context)
  const { steps } = schedule
  const work = learner.work ?? ((step: number) => step)
  let pending: Promise<void> = Promise.resolve()
  try {
    const { finished, step, best, start, seconds } = await train({
      recipe,
      learner,
      schedule,
      runFolder,
      finish: finishNow,
      shouldStop: context.isCancelled,
      onProgress: (training) => {
        const done = steps === 0 ? 1 : work(training.step) / work(steps)
        pending = context.step(done, `Training ${recipe.id}`, training)
      },
    })
    await pending
    const write = finished || finishNow
    if (write) await save(modelFolder, (label) => context.step(1, label))
    return { finished, step, steps, best, start, seconds, model: write ? modelFolder : null }
  } finally {
    if (learner.dispose) learner.dispose()
    else learner.model.dispose()
  }
}

async function courseOf(
  { recipe, init, data }: EngineInput<'train'>,
  earlier: Run | null,
  context: JobContext,
  // biome-ignore lint/suspicious/noExplicitAny: each course has batches of its own kind, which only its learner sees
): Promise<Course<any>> {
  const onRead = (done: number, total: number) => context.step(0, `Reading ${done} of ${total}`)
  switch (recipe.task) {
    case 'autoencode': {
      const { autoencoderCourse } = await import('../zoo/autoencoder-course.ts')
      return autoencoderCourse(recipe, data, onRead, (label) => context.step(0, label))
    }
    case 'segment': {
      const { segmentationCourse } = await import('../zoo/segmentation/course.ts')
      return segmentationCourse(recipe, data, onRead)
    }
    default: {
      const [{ loadDataset }, { restorationCourse }] = await Promise.all([
        import('../training/dataset.ts'),
        import('../training/restoration-learner.ts'),
      ])
      const dataset = await loadDataset(data, recipe.data, onRead)
      return restorationCourse(recipe, dataset, { begunFrom: earlier?.parent, init })
    }
  }
}

/** Makes batches ahead of the training step, on a thread of its own. Started by patch-feeder.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import type { TrainingPicture } from './dataset.ts'
import { makeBatch } from './patches.ts'

const { recipe, pictures } = workerData as { recipe: RestorationRecipe; pictures: TrainingPicture[] }

// One after the other, in the order asked for: a batch may have to wait for an encoder.
let last: Promise<void> = Promise.resolve()
parentPort?.on('message', (step: number) => {
  last = last.then(async () => {
    const batch = await makeBatch(recipe, pictures, step)
    parentPort?.postMessage({ step, batch }, batch ? [batch.input.buffer, batch.target.buffer] : [])
  })
})

import { Worker } from 'node:worker_threads'
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import type { TrainingPicture } from './dataset.ts'
import type { Batch } from './patches.ts'

/** How many batches are made ahead of the step that uses them. */
const AHEAD = 3

/** Batches from step `first` on, in order, made ahead on a worker thread. Ends behind the recipe's last step. */
export async function* feedPatches(
  recipe: RestorationRecipe,
  pictures: TrainingPicture[],
  first: number,
): AsyncGenerator<Batch> {
  const worker = new Worker(new URL('./patch-worker.ts', import.meta.url), {
    workerData: { recipe, pictures },
  })
  const ready: (Batch | null)[] = []
  let wake: (() => void) | null = null
  let failure: unknown = null
  worker.on('message', (batch: Batch | null) => {
    ready.push(batch)
    wake?.()
  })
  worker.on('error', (error) => {
    failure = error
    wake?.()
  })
  let asked = first
  try {
    while (asked < first + AHEAD) worker.postMessage(asked++)
    for (;;) {
      if (ready.length === 0 && failure === null) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (failure !== null) throw failure
      const batch = ready.shift()
      if (!batch) return
      worker.postMessage(asked++)
      yield batch
    }
  } finally {
    await worker.terminate()
  }
}

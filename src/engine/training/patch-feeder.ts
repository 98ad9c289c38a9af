import { Worker } from 'node:worker_threads'
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import type { Batch } from './batch.ts'
import type { TrainingPicture } from './dataset.ts'

/** How many batches each worker makes ahead of the step that uses them. */
const AHEAD = 3

/**
 * Batches from step `first` on, in order, made ahead on worker threads. Ends behind the recipe's last step. A batch
 * depends on its step alone: the number of workers changes nothing but the speed.
 */
export async function* feedPatches(
  recipe: RestorationRecipe,
  pictures: TrainingPicture[],
  first: number,
  workers = 1,
): AsyncGenerator<Batch> {
  const ready = new Map<number, Batch | null>()
  let wake: () => void = () => {}
  let failure: unknown = null
  const pool = Array.from({ length: workers }, () => {
    const worker = new Worker(new URL('./patch-worker.ts', import.meta.url), {
      workerData: { recipe, pictures },
    })
    worker.on('message', ({ step, batch }: { step: number; batch: Batch | null }) => {
      ready.set(step, batch)
      wake()
    })
    worker.on('error', (error) => {
      failure = error
      wake()
    })
    return worker
  })
  let asked = first
  const ask = () => {
    pool[asked % workers].postMessage(asked)
    asked++
  }
  try {
    while (asked < first + AHEAD * workers) ask()
    for (let step = first; ; step++) {
      while (!ready.has(step) && failure === null) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (failure !== null) throw failure
      const batch = ready.get(step)
      ready.delete(step)
      if (!batch) return
      ask()
      yield batch
    }
  } finally {
    await Promise.all(pool.map((worker) => worker.terminate()))
  }
}

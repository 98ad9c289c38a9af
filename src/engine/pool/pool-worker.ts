/** One worker of a pool: a backend and a loaded model on a thread of its own. Started by worker-pool.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { toErrorData } from '../../contract/errors.ts'
import { chooseBackend } from '../backends/choose.ts'
import { openNetwork } from '../models/network.ts'
import type { Answer, Block, WorkerStart } from './worker-protocol.ts'

const { backend } = workerData as WorkerStart
const started = chooseBackend(backend)
started.catch(() => {}) // the first block is answered with it

parentPort!.on('message', async ({ folder, values, width, height, channels }: Block) => {
  try {
    await started
    const network = await openNetwork(folder)
    const restored = await network.run(values, width, height, channels)
    answer({ values: restored }, [restored.buffer as ArrayBuffer])
  } catch (thrown) {
    answer({ error: toErrorData(thrown) })
  }
})

function answer(message: Answer, transfer: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, transfer)
}

/**
 * A pool worker that computes nothing: does as the name of the block's folder says. `wait`: answers after 100 ms with
 * when it began and ended; `small`: out of memory on blocks of over 128² px; `throw`, `exit`, `hang`: what their names say.
 * Anything else: half of each value.
 */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, threadId } from 'node:worker_threads'
import { type ErrorData, LimpidError } from '../../../contract/errors.ts'
import type { Block } from '../worker-protocol.ts'

const DAY_MS = 86_400_000

parentPort!.on('message', async ({ folder, values, width, height }: Block) => {
  const wish = path.basename(folder)
  if (wish === 'throw') throw new Error('a trap')
  if (wish === 'exit') process.exit(3)
  if (wish === 'hang') for (;;);
  if (wish === 'small' && width * height > 128 * 128) {
    const error: ErrorData = new LimpidError('out-of-memory', `No memory in worker ${threadId}.`).toData()
    parentPort!.postMessage({ error })
  } else if (wish === 'wait') {
    const begun = Date.now() % DAY_MS
    await sleep(100)
    parentPort!.postMessage({ values: Float64Array.of(begun, Date.now() % DAY_MS, threadId) })
  } else parentPort!.postMessage({ values: values.map((value) => value / 2) })
})

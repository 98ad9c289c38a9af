/** The doctor's child process: tries the backend named by its argument and reports over IPC. */
import { type BackendReport, backendNameSchema } from '../../contract/backend.ts'
import { describeFailure, startProven } from './choose.ts'
import { backends } from './index.ts'
import { measureConvolution, measureTrainingStep } from './measure.ts'
import { unusedGpu } from './nvidia.ts'

const name = backendNameSchema.parse(process.argv[2])
// Nobody waits for a report any more: the doctor is gone, perhaps before this line was reached.
process.on('disconnect', () => process.exit(1))
if (!process.connected) process.exit(1)
const report = await tryBackend()
process.send!(report, () => process.exit(0))

async function tryBackend(): Promise<BackendReport> {
  const nothing = { name, device: '', gigaflops: null, startMs: null }
  const start = performance.now()
  try {
    const backend = backends.find((candidate) => candidate.name === name)!
    const started = await startProven(backend, true)
    const startMs = performance.now() - start
    const note = started.note ?? (name === 'tensorflow' ? await unusedGpu() : null)
    return {
      ...started,
      name,
      usable: true,
      problem: null,
      remedy: null,
      gigaflops: await measureConvolution(),
      trainingGigaflops: await measureTrainingStep(),
      startMs,
      ...(note && { note }),
    }
  } catch (thrown) {
    return { ...nothing, usable: false, ...describeFailure(thrown) }
  }
}

import { reportBackends } from '../backends/report.ts'
import { cancelled } from '../cancelled.ts'
import type { JobHandler } from './job.ts'

/** Tries every backend and says which one a job would get, and why. */
export const doctor: JobHandler<'doctor'> = async (_input, context) => {
  const backends = await reportBackends(context.signal)
  if (context.signal.aborted) throw cancelled()
  // What takes its process with it must not take the report of it.
  for (const { name, died, problem } of backends) if (died) context.compute.passOver(name, problem!)
  const chosen = await context.backend().catch(() => null)
  return { backends, chosen }
}

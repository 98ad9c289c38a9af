import { reportBackends } from '../backends/report.ts'
import type { JobHandler } from './job.ts'

/** Tries every backend and says which one a job would get, and why. */
export const doctor: JobHandler<'doctor'> = async (_input, context) => {
  const chosen = await context.backend().catch(() => null)
  return { backends: await reportBackends(), chosen }
}

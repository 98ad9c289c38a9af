/** Every kind of job: in which engine it runs, and how. To add one, add it here and to the contract's `jobSchema`. */
import type { Job } from '../contract/api.ts'
import { runExport } from './job-export.ts'
import { runRestore } from './job-restore.ts'
import type { JobRunner, Lane } from './job-runner.ts'

export const jobKinds: Record<Job['kind'], { lane: Lane; run: JobRunner }> = {
  restore: { lane: 'restoration', run: runRestore },
  export: { lane: 'imaging', run: runExport },
}

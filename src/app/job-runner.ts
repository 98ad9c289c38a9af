/** What a kind of job is given, and gives. */
import type { Job } from '../contract/api.ts'
import type { Progress } from '../contract/engine-protocol.ts'
import type { LimpidError } from '../contract/errors.ts'
import type { EngineProcess } from './engine-process.ts'
import type { Library } from './library.ts'
import type { PictureCache } from './picture-cache.ts'
import type { ModelSource } from './step-models.ts'

/** Lanes run side by side, each with an engine process, which says how many of the lane's jobs it takes at a time. */
export type Lane = 'imaging' | 'restoration'

export type JobContext = {
  library: Library
  cache: PictureCache
  engines: Record<Lane, EngineProcess> & {
    /** Called when a backend was started, the first time or on a fallback. */
    onBackend: () => void
  }
  models: ModelSource
  /** Ids of pictures that unfinished jobs are about. */
  busyPictures: () => Set<string>
  /** Tells every face of what belongs to no job. */
  report: (error: LimpidError) => void
  cacheLimitBytes: number
}

type JobRun = {
  job: Job
  /** As it was asked for, from its row: parse it. */
  request: unknown
  signal: AbortSignal
  onProgress: (progress: Progress) => void
}

/** Gives what the job leaves behind for faces to see. */
export type JobRunner = (run: JobRun, context: JobContext) => Promise<Pick<Job, 'saved'>>

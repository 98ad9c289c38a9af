/** What a pool and its workers tell each other: one question at a time, one answer each. */
import type { BackendName } from '../../contract/backend.ts'
import type { ErrorData } from '../../contract/errors.ts'

/** What a worker is started with. */
export type WorkerStart = { backend: BackendName }

/** A block of a picture to run a model on. */
export type Block = {
  /** Of the model. */
  folder: string
  /** [height, width, channels], 0..1. */
  values: Float32Array
  width: number
  height: number
  channels: number
}

/** The block's values after the model, in the channels that it makes. */
export type Answer = { values: Float32Array } | { error: ErrorData }

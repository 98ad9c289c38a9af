/**
 * The closed set of things that can go wrong, as a person meets them. Every error that leaves the engine, the
 * app or a face is one of these; anything else is a bug and is reported as `internal`.
 */

/** What each code means. The key is the code; the value tells a developer when to use it. */
export const ERROR_CODES = {
  'file-not-found': 'the path names nothing',
  'file-unreadable': 'the file is there but may not be read',
  'file-unwritable': 'the target or its folder may not be written',
  'file-exists': 'the target is there and overwriting was not asked for',
  'disk-full': 'no space was left while writing',
  'not-a-picture': 'the bytes are no picture in a format that can be read',
  'picture-damaged': 'a picture that ends early or does not decode',
  'picture-too-large': 'more pixels than the decoder may hold',
  'folder-empty': 'a folder that holds no picture',
  'model-unknown': 'no model with that id',
  'model-damaged': 'a model whose files are missing or do not match their hash or schema',
  'backend-unavailable': 'the asked-for backend cannot run here',
  'result-invalid': 'the engine computed something that fails its own check (NaN, black, wrong size)',
  'out-of-memory': 'the engine ran out of memory',
  'engine-crashed': 'the engine process ended while it worked',
  cancelled: 'somebody cancelled it',
  'data-missing': 'a training or test set is not where it was looked for',
  'recipe-invalid': 'a recipe that does not fit its schema',
  'training-diverged': 'the loss became NaN or infinite',
  'bad-request': 'a message or an argument that does not fit the contract',
  internal: 'a bug',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** An error as data: what crosses process borders. */
export type ErrorData = {
  code: ErrorCode
  /** What happened, in one sentence for a person. Names the file. */
  message: string
  /** What to do about it, in one sentence. */
  hint?: string
  /** The file that it is about: an absolute path. */
  file?: string
  /** Of a training run: it can go on from the checkpoint of that step (0: from the start) at this learning rate. */
  retry?: Retry
}

export type Retry = { learningRate: number; step: number }

export class LimpidError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly file: string | undefined
  readonly retry: Retry | undefined

  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string; file?: string; retry?: Retry; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'LimpidError'
    this.code = code
    this.hint = more.hint
    this.file = more.file
    this.retry = more.retry
  }

  toData(): ErrorData {
    const data: ErrorData = { code: this.code, message: this.message }
    if (this.hint !== undefined) data.hint = this.hint
    if (this.file !== undefined) data.file = this.file
    if (this.retry !== undefined) data.retry = this.retry
    return data
  }

  static fromData(data: ErrorData): LimpidError {
    return new LimpidError(data.code, data.message, {
      hint: data.hint,
      file: data.file,
      retry: data.retry,
    })
  }
}

/** Anything thrown → error data. What is no LimpidError is a bug: `internal`, with its own message. */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof LimpidError) return thrown.toData()
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'internal', message, hint: 'This is a bug in Limpid. Please report it with what you did.' }
}

/** What a command works with: its terminal, where it was called, and the engine. */
import type { Command } from 'commander'
import type { BackendChoice, BackendName } from '../contract/backend.ts'
import type { EngineInput, EngineJobKind, EngineOutput, Progress } from '../contract/engine-protocol.ts'
import type { ErrorData, LimpidError } from '../contract/errors.ts'
import type { ModelSummary } from '../contract/model.ts'
import type { Terminal } from './terminal.ts'

/** An engine process, as the commands use it (app/engine-process.ts). Jobs begin in the order of the calls. */
export type Engine = {
  run<K extends EngineJobKind>(
    kind: K,
    input: EngineInput<K>,
    options?: { signal?: AbortSignal; onProgress?: (progress: Progress) => void },
  ): Promise<EngineOutput<K>>
}

/** What the process around the commands gives them; tests give their own. */
export type Surroundings = {
  /** Folder that relative paths start from. */
  cwd: string
  env: NodeJS.ProcessEnv
  /** The data home: where trained models and training runs are kept. */
  home: string
  /** Aborts at Ctrl-C. */
  signal: AbortSignal
  models: {
    /** Fails with `model-unknown`. */
    find(id: string): Promise<ModelSummary>
    /** Damaged ones are among the errors. */
    list(): Promise<{ models: ModelSummary[]; errors: LimpidError[] }>
  }
  /** Runs `work` with an engine, which has ended when this returns. */
  withEngine<T>(options: EngineWish, work: (engine: Engine) => Promise<T>): Promise<T>
  serve: Serve
}

export type EngineWish = {
  /** Absent: the best that works. */
  backend?: BackendName
  /** How long a cancelled job may take to stop before its process is killed, ms. */
  cancelGraceMs?: number
  /** Called when the engine chose its backend, and again should it have to fall back on another. */
  onBackend?: (choice: BackendChoice) => void
}

/** Starts the browser face, with `files` (absolute paths of pictures and folders) open in it. */
export type Serve = (options: { port?: number; backend?: BackendName; files: string[] }) => Promise<{
  /** With the token. */
  url: string
  /** Of `files` that could not be opened. */
  errors: ErrorData[]
  close(): Promise<void>
}>

/** The surroundings as one command sees them. */
export type Context = Surroundings & {
  terminal: Terminal
  /** As asked for with --backend. */
  backend: BackendName | undefined
}

/** Runs a command's action in its context. The action's answer is whether all went well. */
export type Perform = (command: Command, action: (context: Context) => Promise<boolean>) => Promise<void>

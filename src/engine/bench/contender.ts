/** A backend in a process of its own, which measures itself: none is in another's way, and a crash is an answer. */
import { type ChildProcess, fork } from 'node:child_process'
import type { BackendName } from '../../contract/backend.ts'
import type { Work } from './works.ts'

/** `figures`: values of the output, or the loss, by which backends are compared. */
export type Run = { ms: number; figures: number[] }

export type Contender = {
  readonly name: BackendName
  prepare(folder: string, work: Work): Promise<void>
  run(): Promise<Run>
}

/** What is asked of the process (contender-child.ts). `asked`: as of `Backend.start`. */
export type Question =
  | { ask: 'start'; asked: boolean }
  | { ask: 'prepare'; folder: string; work: Work }
  | { ask: 'run' }
export type Answer = { device: string } | Run | { ready: true } | { error: string }

type Waiting = { resolve(answer: Answer): void; reject(error: Error): void }

export class ContenderProcess implements Contender {
  readonly name: BackendName
  readonly #child: ChildProcess
  #waiting: Waiting | null = null
  #end: string | null = null

  constructor(name: BackendName, script = new URL('./contender-child.ts', import.meta.url)) {
    this.name = name
    this.#child = fork(script, [name], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    this.#child.on('message', (answer: Answer) => {
      const waiting = this.#waiting
      this.#waiting = null
      if ('error' in answer) waiting?.reject(new Error(answer.error))
      else waiting?.resolve(answer)
    })
    this.#child.on('error', (error) => this.#ended(error.message))
    this.#child.on('exit', (code, signal) =>
      this.#ended(`It crashes as it computes (${signal ?? `exit code ${code}`}).`),
    )
  }

  /** What it computes on. Throws, with the reason, where it does not compute. */
  async start(asked: boolean): Promise<string> {
    return ((await this.#ask({ ask: 'start', asked })) as { device: string }).device
  }

  async prepare(folder: string, work: Work): Promise<void> {
    await this.#ask({ ask: 'prepare', folder, work })
  }

  async run(): Promise<Run> {
    return (await this.#ask({ ask: 'run' })) as Run
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }

  #ask(question: Question): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    if (this.#end !== null) reject(new Error(this.#end))
    else {
      this.#waiting = { resolve, reject }
      this.#child.send(question, () => {}) // an error here is the process's end, which is told
    }
    return promise
  }

  #ended(how: string): void {
    this.#end ??= how
    this.#waiting?.reject(new Error(this.#end))
    this.#waiting = null
  }
}

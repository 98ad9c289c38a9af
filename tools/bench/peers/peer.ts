/**
 * An engine to be measured, in a process of its own, so that no engine's threads, memory or globals are in another's
 * way. One line of JSON asks, one answers:
 *
 *     {"ask": "hello"}                                       → {"engine", "device"}
 *     {"ask": "prepare", "folder", "onnx", "work": Work}     → {}
 *     {"ask": "run", "samples"}                              → {"ms", "figures"}
 *
 * Any of them may be answered by {"error"}. The peer times itself: what the lines cost does not count.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Work } from '../work.ts'

export type PeerCommand = {
  id: string
  program: string
  args: string[]
  /** What the process finds in its environment, beside ours. */
  env?: NodeJS.ProcessEnv
}
export type Run = { ms: number; figures: number[] }

/** Values by which the outputs of two peers are compared. */
const SAMPLES = 300

export class Peer {
  readonly id: string
  /** Name and version. */
  engine = ''
  device = ''
  readonly #command: PeerCommand
  #child: ChildProcess
  #lastWords = ''
  #waiting: { resolve: (answer: object) => void; reject: (error: Error) => void } | null = null

  private constructor(command: PeerCommand) {
    this.id = command.id
    this.#command = command
    this.#child = this.#spawn()
  }

  #spawn(): ChildProcess {
    const { program, args, env } = this.#command
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    createInterface({ input: child.stdout }).on('line', (line) => this.#answered(JSON.parse(line)))
    this.#lastWords = ''
    child.stderr.on('data', (chunk: Buffer) => {
      this.#lastWords = `${this.#lastWords}${chunk}`.slice(-2000)
    })
    child.stdin.on('error', () => {}) // it has ended, which is reported below
    child.on('error', (error) => this.#ended(child, error.message))
    child.on('close', (code, signal) => {
      // Node and Python both put the error itself on a line that begins with its name.
      const lines = this.#lastWords.trim().split('\n')
      const error = lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line))
      this.#ended(child, error ?? (lines.at(-1) || `ended with ${signal ?? code}`))
    })
    return child
  }

  /** Rejects, with the reason, where it can't be had. */
  static async start(command: PeerCommand): Promise<Peer> {
    const peer = new Peer(command)
    try {
      await peer.#greet()
      return peer
    } catch (thrown) {
      peer.close()
      throw thrown
    }
  }

  async prepare(network: { folder: string; onnx: string }, work: Work): Promise<void> {
    await this.#ask({ ask: 'prepare', folder: network.folder, onnx: network.onnx, work })
  }

  run(): Promise<Run> {
    return this.#ask<Run>({ ask: 'run', samples: SAMPLES })
  }

  close(): void {
    this.#child.kill()
  }

  /** The first thing to be asked: it starts the engine. */
  async #greet(): Promise<void> {
    Object.assign(this, await this.#ask<{ engine: string; device: string }>({ ask: 'hello' }))
  }

  #ask<Answer extends object>(request: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) reject(new Error('it has ended'))
      this.#waiting = { resolve: resolve as (answer: object) => void, reject }
      this.#child.stdin!.write(`${JSON.stringify(request)}\n`)
    })
  }

  #answered(answer: object): void {
    if ('error' in answer) this.#waiting?.reject(new Error(String(answer.error)))
    else this.#waiting?.resolve(answer)
    this.#waiting = null
  }

  #ended(child: ChildProcess, reason: string): void {
    if (child !== this.#child) return // one that was given up
    this.#waiting?.reject(new Error(reason))
    this.#waiting = null
  }
}

/**
 * What a command says. The result goes to stdout and nothing else does: lines for a person, or with `--json` exactly
 * one JSON object. All the rest (errors, notes, progress) goes to stderr.
 */
import { inspect } from 'node:util'
import { type ErrorData, toErrorData } from '../contract/errors.ts'

export type Output = { write(text: string): unknown }
export type ErrorOutput = NodeJS.WritableStream & { isTTY?: boolean }

export class Terminal {
  readonly json: boolean
  /** Where progress is drawn. */
  readonly errorOutput: ErrorOutput
  readonly #output: Output
  #saidResult = false

  constructor(output: Output, errorOutput: ErrorOutput, json: boolean) {
    this.#output = output
    this.errorOutput = errorOutput
    this.json = json
  }

  /** A part of the result, for a person. */
  print(text: string): void {
    if (!this.json) this.#output.write(`${text}\n`)
  }

  /** The result, for a program. */
  result(object: { ok: boolean } & Record<string, unknown>): void {
    if (!this.json) return
    if (this.#saidResult) throw new Error('A command gives one JSON object, not two.')
    this.#saidResult = true
    this.#output.write(`${JSON.stringify(object)}\n`)
  }

  /** Something worth knowing that is not the result. */
  note(text: string): void {
    this.errorOutput.write(`${text}\n`)
  }

  /** One line for an error. LIMPID_DEBUG shows the stack of what threw it too. */
  error(thrown: unknown): ErrorData {
    const data = toErrorData(thrown)
    this.note(errorLine(data))
    if (process.env.LIMPID_DEBUG && thrown instanceof Error) this.note(inspect(thrown))
    return data
  }

  /** The end of a command that failed as a whole. */
  failed(thrown: unknown): void {
    const data = this.error(thrown)
    if (!this.#saidResult) this.result({ ok: false, errors: [data] })
  }
}

export function errorLine(data: ErrorData): string {
  const line = data.hint === undefined ? data.message : `${data.message} ${data.hint}`
  return `limpid: ${line.replaceAll(/\s*\n\s*/g, ' ')}`
}

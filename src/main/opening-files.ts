/** Pictures opened from outside: named on the command line, by a second start of the app, by the system. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/** What a second start hands to the first: Chromium may reorder and add to its arguments, but not to this. */
export const secondStartSchema = z.object({ files: z.array(z.string()) })

/**
 * Absolute paths of the files that a person named when starting the app. `argv` holds Chromium's switches too, and
 * before the files the program and, run from the sources, the app's folder.
 */
export function filesNamed(argv: readonly string[], cwd: string, isPackaged: boolean): string[] {
  return argv
    .slice(1)
    .filter((arg) => arg !== '' && !arg.startsWith('-'))
    .slice(isPackaged ? 0 : 1)
    .map((arg) => path.resolve(cwd, arg))
    .filter((file) => existsSync(file))
}

/** Keeps paths that come before there is anything to open them. */
export class PathQueue {
  readonly #waiting: string[] = []
  #open: ((paths: string[]) => void) | null = null

  add(paths: readonly string[]): void {
    if (paths.length === 0) return
    if (this.#open) this.#open([...paths])
    else this.#waiting.push(...paths)
  }

  /** From now on `open` gets them, those that waited first. */
  connect(open: (paths: string[]) => void): void {
    this.#open = open
    const waiting = this.#waiting.splice(0)
    if (waiting.length > 0) open(waiting)
  }
}

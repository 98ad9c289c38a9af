import { spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

export interface CommandResult {
  /** Null when it could not be started or was killed. */
  code: number | null
  stdout: string
  /** Both streams together, in the order they came: what to look through for a reason. */
  output: string
}

/** Runs a program to its end without a shell. Never throws: a program that is not there is a result too. */
export function runCommand(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let stdout = ''
    let output = ''
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      windowsHide: true,
    })
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk
      output += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk
    })
    // A program that it started may hold the streams long after it was ended itself.
    child.on('exit', (_, signal) => {
      if (signal === null) return
      child.stdout.destroy()
      child.stderr.destroy()
    })
    child.on('error', (error) => resolve({ code: null, stdout, output: `${output}${error.message}` }))
    child.on('close', (code, signal) =>
      resolve({ code, stdout, output: signal ? `${output}\nended by ${signal}` : output }),
    )
  })
}

/** The first of `names` that is a program on the PATH, as a full path; a path is looked for where it says. */
export async function findProgram(...names: string[]): Promise<string | null> {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : ['']
  for (const name of names) {
    const folders = isAbsolute(name) ? [''] : (process.env.PATH ?? '').split(delimiter).filter(Boolean)
    for (const folder of folders) {
      for (const ending of endings) {
        const path = join(folder, name + ending)
        if (
          await access(path, constants.X_OK).then(
            () => true,
            () => false,
          )
        )
          return path
      }
    }
  }
  return null
}

/** The line of a program's output that most likely says why it failed: the last one that speaks of an error. */
export function reasonIn(output: string): string {
  const lines = output
    .split(/\r?\n/)
    .map((line) => line.replace(/^(gyp|npm|node-pre-gyp) (ERR!|error)( stack)?\s*/i, '').trim())
    .filter((line) => line !== '' && !/^(at |errno:|code:|Node\.js v|\^$)/.test(line))
  const telling = lines.filter((line) =>
    /error|not found|no such|failed|cannot|refused|timed out/i.test(line),
  )
  return (telling.at(-1) ?? lines.at(-1) ?? 'it said nothing').slice(0, 300)
}

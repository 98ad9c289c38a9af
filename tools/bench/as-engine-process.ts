import { spawnSync } from 'node:child_process'
import { ENGINE_ARGUMENTS, engineEnvironment } from '../../src/app/engine-environment.ts'

/**
 * Starts the program anew as the app starts an engine, unless it was, and does not return then: how fast a process is and
 * what memory it keeps are matters of that. `program` is its file.
 */
export function asEngineProcess(program: string): void {
  if (ENGINE_ARGUMENTS.every((argument) => process.execArgv.includes(argument))) return
  const { status } = spawnSync(process.execPath, [...ENGINE_ARGUMENTS, program, ...process.argv.slice(2)], {
    env: engineEnvironment(),
    stdio: 'inherit',
  })
  process.exit(status ?? 1)
}

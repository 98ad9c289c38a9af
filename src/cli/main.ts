/** The command line's process: its arguments, its streams, Ctrl-C, its exit code. */
import { EXIT, runCommandLine } from './program.ts'
import { realSurroundings } from './surroundings.ts'

const interruption = new AbortController()
let interruptedAt: number | null = null

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const now = performance.now()
    // One Ctrl-C can come twice: from the terminal, and passed on by the process that started this one.
    if (interruptedAt !== null && now - interruptedAt > 500) process.exit(EXIT.cancelled)
    interruptedAt ??= now
    interruption.abort()
  })
}
// `limpid … | head`: who reads has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const args = process.argv.slice(2)
process.exitCode = await runCommandLine(
  args,
  process.stdout,
  process.stderr,
  realSurroundings(interruption.signal),
)

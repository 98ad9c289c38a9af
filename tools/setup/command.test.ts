import { expect, it } from 'vitest'
import { findProgram, runCommand } from './command.ts'

it('ends at its time, whatever was started by what it ran', async () => {
  const start = performance.now()
  const { code, output } = await runCommand('sh', ['-c', 'echo begun; sleep 20; true'], { timeoutMs: 300 })
  expect(performance.now() - start).toBeLessThan(10_000)
  expect(code).toBeNull()
  expect(output).toBe('begun\n\nended by SIGTERM')
})

it('finds programs on the PATH, and where a path says', async () => {
  expect(await findProgram('no-such-program', process.execPath)).toBe(process.execPath)
  expect(await findProgram('no-such-program', '/no/such/program')).toBeNull()
})

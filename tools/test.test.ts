import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runCommand } from './setup/command.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** `npm test -- …`, outside of the run that this is. */
function npmTest(...args: string[]) {
  const fromOutside = Object.keys(process.env).filter((name) => /^(VITEST|TEST$|NODE_ENV$)/.test(name))
  const env = Object.fromEntries(fromOutside.map((name) => [name, undefined]))
  return runCommand(process.execPath, [join(root, 'tools', 'test.ts'), ...args], { cwd: root, env })
}

test('a mistyped path fails, and says that no test has it', async () => {
  const { code, output, stdout } = await npmTest('--unit', 'tools/cuonts')
  expect(output).toContain('No test ran: no unit test has tools/cuonts in its path')
  expect(stdout.trim().split('\n').at(-1)).toBe('0 passed, 0 failed, 0 skipped')
  expect(code).toBe(1)
})

test('so does a path with the end-to-end tests alone, which take none', async () => {
  const { code, output } = await npmTest('--e2e', 'tools/counts')
  expect(output).toContain('No test ran: --e2e goes with neither')
  expect(code).toBe(1)
})

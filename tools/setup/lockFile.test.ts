import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface LockEntry {
  hasInstallScript?: boolean
  gypfile?: boolean
  optionalDependencies?: Record<string, string>
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'))
const packages: Record<string, LockEntry> = lock.packages

test("no npm runs tfjs-node-gpu's own install script, which downloads 400 MB of 2022 and fails for many", () => {
  // npm ≥ 11.10 asks `allowScripts` in package.json. Older ones go by the lock file: no `hasInstallScript`, and
  // `"gypfile": false`, which `npm install` drops. If this fails, put that line back where `hasInstallScript` stood.
  const { hasInstallScript, gypfile } = packages['node_modules/@tensorflow/tfjs-node-gpu']
  expect({ hasInstallScript, gypfile }).toEqual({ hasInstallScript: undefined, gypfile: false })
})

test('the lock file names the builds for every platform, or `npm ci` refuses it', () => {
  // npm leaves out those that its registry did not have on the day the lock file was written.
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  )
  expect(missing).toEqual([])
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findRuntime } from '../../src/main/runtime.ts'
import { fake, resetElectron } from './fake-electron.ts'

vi.mock('electron', async () => (await import('./fake-electron.ts')).fake)

let resources: string
const node = process.platform === 'win32' ? 'node.exe' : 'node'

beforeEach(() => {
  resetElectron()
  resources = mkdtempSync(path.join(tmpdir(), 'limpid-resources-'))
  Object.assign(process, { resourcesPath: resources })
})
afterEach(() => rmSync(resources, { recursive: true }))

test('from the sources: the Node among the dependencies', () => {
  fake.app.appPath = path.join(import.meta.dirname, '../..')
  const { execPath, engineEntry, renderer } = findRuntime()
  expect(path.relative(fake.app.appPath, execPath)).toBe(path.join('node_modules/node/bin', node))
  expect(path.relative(fake.app.appPath, engineEntry)).toBe(path.join('src/engine/main.ts'))
  expect(path.relative(fake.app.appPath, renderer)).toBe(path.join('dist/renderer'))
})

test('packaged: the Node that came along, and the engine outside the archive, which that Node cannot read', () => {
  fake.app.isPackaged = true
  fake.app.appPath = path.join(resources, 'app.asar')
  mkdirSync(path.join(resources, 'node'))
  writeFileSync(path.join(resources, 'node', node), '')
  mkdirSync(path.join(resources, 'app.asar.unpacked/src/engine'), { recursive: true })
  writeFileSync(path.join(resources, 'app.asar.unpacked/src/engine/main.ts'), '')
  const { execPath, engineEntry, shippedModels, renderer } = findRuntime()
  expect(execPath).toBe(path.join(resources, 'node', node))
  expect(engineEntry).not.toContain(`app.asar${path.sep}`)
  expect(shippedModels).toBe(path.join(resources, 'models'))
  expect(renderer).toBe(path.join(resources, 'app.asar', 'dist/renderer'))
})

test('packaged with its Node missing: an error that names it', () => {
  fake.app.isPackaged = true
  expect(() => findRuntime()).toThrow(path.join(resources, 'node', node))
})

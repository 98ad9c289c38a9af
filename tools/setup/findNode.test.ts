import { spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
// @ts-expect-error: plain JavaScript, for whichever Node there is.
import { findNode } from '../../bin/findNode.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'limpid-node-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function script(path: string, content: string): Promise<string> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  await chmod(file, 0o755)
  return file
}
const node = (folder: string, version: string) =>
  script(join(folder, 'node'), `#!/bin/sh\necho v${version}\n`)
/** What a program built for glibc is where there is none: a file whose interpreter is missing. */
const glibcNode = (folder: string) => script(join(folder, 'node'), '#!/lib64/no-such-loader.so.2\n')

test('the Node that is running is taken if it is new enough, whatever else there is', () => {
  expect(findNode('24.0.0', null, '')).toEqual({ path: process.execPath, problem: null })
})

test('else the one among the dependencies', async () => {
  const own = await node('own', '24.21.0')
  expect(findNode('20.1.0', own, '')).toEqual({ path: own, problem: null })
})

test('where that one does not start, one on the PATH that is new enough, and it is said', async () => {
  const own = await glibcNode('own')
  const folders = [dirname(own), dirname(await node('old', '22.9.0')), dirname(await node('new', '25.0.0'))]
  const { path, problem } = findNode('20.1.0', own, folders.join(delimiter))
  expect(path).toBe(join(root, 'new', 'node'))
  expect(problem).toMatch(/does not start here \(ENOENT\).*new.node is used instead/)
  const none = findNode('20.1.0', own, folders.slice(0, 2).join(delimiter))
  expect(none.path).toBeNull()
  expect(none.problem).toMatch(/does not start here \(ENOENT\).*install Node 24 or newer yourself/)
})

test('where there is none at all, what to do is said', () => {
  const { path, problem } = findNode('20.1.0', null, root)
  expect(path).toBeNull()
  expect(problem).toContain('is not installed. Run npm ci')
})

test('a set-up that could not be started does not go unsaid, and npm’s install goes on', async () => {
  const bin = fileURLToPath(new URL('../../bin/findNode.js', import.meta.url))
  const postinstall = fileURLToPath(new URL('./postinstall.js', import.meta.url))
  await cp(bin, join(root, 'bin', 'findNode.js'))
  await cp(postinstall, join(root, 'tools', 'setup', 'postinstall.js'))
  await script('package.json', '{ "type": "module" }')
  await script(join('tools', 'setup', 'tensorflow.ts'), `process.kill(process.pid, 'SIGKILL')`)
  const copy = join(root, 'tools', 'setup', 'postinstall.js')
  const { stderr, status } = spawnSync(process.execPath, [copy], {
    encoding: 'utf8',
    env: { ...process.env, LIMPID_SKIP_TENSORFLOW: '' },
  })
  expect(stderr).toContain('ended by SIGKILL')
  expect(stderr).toContain('TensorFlow is not set up, so the app runs on wasm')
  expect(status).toBe(0)
})

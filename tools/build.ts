/** `npm run build`: bundles what a browser or Electron loads into `dist/`, only if a source has changed since. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from './setup/command.ts'
import { withProgress } from './setup/progress.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const STAMP = join(ROOT, 'dist', '.built-from')

/** What is built, each part by a Vite configuration of its own. */
const PARTS = [
  { label: 'Building the window', config: 'vite.config.ts' },
  { label: "Building Electron's part", config: 'vite.electron.config.ts' },
]

/** Builds what is out of date. Throws, with what Vite said, if that fails. Returns whether anything was built. */
export async function ensureBuilt(): Promise<boolean> {
  const sources = await fingerprint()
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === sources) return false
  const vite = createRequire(import.meta.url).resolve('vite/package.json')
  for (const { label, config } of PARTS) {
    if (!existsSync(join(ROOT, config))) continue
    const args = [join(dirname(vite), 'bin', 'vite.js'), 'build', '--config', config, '--logLevel', 'warn']
    const result = await withProgress(label, null, () => runCommand(process.execPath, args, { cwd: ROOT }))
    if (result.code !== 0) throw new Error(`${label} failed (${config}):\n${result.output}`)
  }
  await mkdir(dirname(STAMP), { recursive: true })
  await writeFile(STAMP, sources)
  return true
}

/** A hash over every file that a bundle could come from. Content, not times: a checkout changes those for nothing. */
async function fingerprint(): Promise<string> {
  const folders = ['src', 'assets'].map((name) =>
    readdir(join(ROOT, name), { recursive: true, withFileTypes: true }),
  )
  const files = (await Promise.all(folders))
    .flat()
    .filter((item) => item.isFile() && !item.name.endsWith('.test.ts'))
    .map((item) => join(item.parentPath, item.name))
  const settings = [...PARTS.map((part) => part.config), 'svelte.config.js', 'package-lock.json']
  files.push(...settings.map((name) => join(ROOT, name)).filter((path) => existsSync(path)))
  const hash = createHash('sha256')
  for (const path of files.sort()) hash.update(relative(ROOT, path)).update(await readFile(path))
  return hash.digest('hex')
}

if (import.meta.main) {
  try {
    console.error((await ensureBuilt()) ? 'Built into dist/.' : 'dist/ is up to date.')
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}

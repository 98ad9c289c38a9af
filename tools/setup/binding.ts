import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { PATCH_DIGEST, patchBinding } from './bindingPatch.ts'
import { type CacheEntry, digestOf, inWorkingFolder, openEntry, storeEntry } from './cache.ts'
import { cacheFolder } from './cacheFolder.ts'
import { findProgram, reasonIn, runCommand } from './command.ts'
import { withProgress } from './progress.ts'

export const BINDING_FILE = 'tfjs_binding.node'

/**
 * The compiled N-API binding between tfjs-node-gpu and `library`: from the cache, else built. It is kept under the
 * versions of both sides, our change to the source, the N-API version, the platform and the library's content: whatever
 * it was built from and for.
 */
export async function bindingFor(library: CacheEntry, tfjsFolder: string): Promise<CacheEntry> {
  const folder = await bindingFolder(library, tfjsFolder)
  return openEntry(folder).catch(() => build(library, tfjsFolder, folder))
}

/** Forgets a cached binding that turned out not to load, so that the next call builds it. */
export async function dropBinding(library: CacheEntry, tfjsFolder: string): Promise<void> {
  await rm(await bindingFolder(library, tfjsFolder), { recursive: true, force: true })
}

/** The folder inside the package where tfjs-node looks for its binding, such as `lib/napi-v8`. */
export async function bindingPlace(tfjsFolder: string): Promise<string> {
  return `lib/napi-v${await napiVersion(tfjsFolder)}`
}

/** Throws, with what to install, where a C++ program can't be built. On Windows node-gyp finds out by itself. */
export async function assertCanBuild(): Promise<void> {
  if (process.platform === 'win32') return
  const missing: string[] = []
  if (!(await findProgram('python3', 'python'))) missing.push('python3')
  if (!(await findProgram('make'))) missing.push('make')
  const [compiler] = (process.env.CXX ?? 'g++').split(' ') // `ccache g++`, say
  if (!(await findProgram(compiler, 'c++', 'clang++'))) missing.push('a C++ compiler')
  if (missing.length > 0)
    throw new Error(`the binding can't be compiled here: ${missing.join(' and ')} not found`)
}

async function bindingFolder(library: CacheEntry, tfjsFolder: string): Promise<string> {
  const { version } = await readPackage(tfjsFolder)
  const napi = await napiVersion(tfjsFolder)
  const name = `${version}-${PATCH_DIGEST}-napi${napi}-${process.platform}-${process.arch}-${digestOf(library)}`
  return join(cacheFolder(), 'binding', name)
}

/** Builds in a folder of its own: node_modules stays as it is until there is something that works. */
async function build(library: CacheEntry, tfjsFolder: string, folder: string): Promise<CacheEntry> {
  await assertCanBuild()
  return inWorkshop(dirname(folder), async (workshop) => {
    for (const part of ['binding', 'binding.gyp', 'package.json']) {
      await cp(join(tfjsFolder, part), join(workshop, part), { recursive: true })
    }
    await patchBinding(join(workshop, 'binding'))
    await symlink(library.folder, join(workshop, 'deps'), 'junction')
    const result = await withProgress('Compiling the TensorFlow binding', null, () =>
      runNodePreGyp(tfjsFolder, workshop),
    )
    if (result.code !== 0) {
      const log = join(cacheFolder(), 'binding-build.log')
      await writeFile(log, result.output)
      throw new Error(`compiling the binding failed: ${reasonIn(result.output)} (all of it: ${log})`)
    }
    const built = join(workshop, await bindingPlace(tfjsFolder), BINDING_FILE)
    if (process.platform === 'darwin') await pointAtLibraryOnMac(built)
    return storeEntry(folder, 'built here', (staging) => cp(built, join(staging, BINDING_FILE)))
  })
}

/**
 * The makefiles that node-gyp writes don't quote paths. So it works in a temporary folder whose path needs no quotes, and
 * reaches what lies elsewhere (the library, Node's headers) by links in there. What it writes for Windows does quote.
 */
async function inWorkshop<T>(cache: string, work: (workshop: string) => Promise<T>): Promise<T> {
  if (process.platform === 'win32') return inWorkingFolder(cache, work)
  const folder = await mkdtemp(join(await plainTemporaryFolder(), 'limpid-binding-'))
  try {
    // A folder deeper: binding.gyp has headers looked for in its parent, too.
    const workshop = join(folder, 'workshop')
    await mkdir(workshop)
    return await work(workshop)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function plainTemporaryFolder(): Promise<string> {
  for (const folder of [tmpdir(), '/tmp', '/var/tmp']) {
    // Not as it is named but where it is: that is what the compiler gets.
    const path = await realpath(folder).catch(() => '')
    if (/^[\w./+-]+$/.test(path)) return path
  }
  throw new Error(
    'the binding is compiled in a temporary folder, and the path of each has spaces (set TMPDIR)',
  )
}

async function runNodePreGyp(tfjsFolder: string, workshop: string) {
  const require = createRequire(join(tfjsFolder, 'package.json'))
  const nodePreGyp = join(
    dirname(require.resolve('@mapbox/node-pre-gyp/package.json')),
    'bin',
    'node-pre-gyp',
  )
  const args = [nodePreGyp, 'install', '--build-from-source']
  const headers = await nodeFolderWithHeaders(tfjsFolder)
  if (headers) {
    const nodedir = join(workshop, 'node')
    await symlink(headers, nodedir, 'junction')
    args.push(`--nodedir=${nodedir}`)
  }
  // node-pre-gyp starts "node" and node-gyp by name in places: let them be the Node that is running.
  const env = { PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}` }
  return runCommand(process.execPath, args, { cwd: workshop, env, timeoutMs: 30 * 60_000 })
}

/** A Node's folder with `include/node` in it. Without one, node-gyp downloads the headers from Node's own site. */
async function nodeFolderWithHeaders(tfjsFolder: string): Promise<string | null> {
  const require = createRequire(join(tfjsFolder, 'package.json'))
  const candidates = [join(dirname(process.execPath), '..')]
  try {
    const nodePackage = dirname(require.resolve('node/package.json'))
    for (const parent of [join(nodePackage, 'node_modules'), dirname(nodePackage)]) {
      const names = (await readdir(parent).catch(() => [])).filter((name) =>
        /^node-(bin-)?(linux|darwin|win)-/.test(name),
      )
      candidates.unshift(...names.map((name) => join(parent, name)))
    }
  } catch {
    // The project's own Node is not installed: the one that is running has to do.
  }
  for (const candidate of candidates) {
    const header = join(candidate, 'include', 'node', 'node_api.h')
    if (
      await readFile(header).then(
        () => true,
        () => false,
      )
    )
      return candidate
  }
  return null
}

/** The binding names the wheel's library by its run path; make it look in `deps/lib`, as binding.gyp does for others. */
async function pointAtLibraryOnMac(binding: string): Promise<void> {
  for (const name of ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']) {
    await runCommand('install_name_tool', [
      ...['-change', `@rpath/${name}`, `@loader_path/../../deps/lib/${name}`, binding],
    ])
  }
}

async function napiVersion(tfjsFolder: string): Promise<number> {
  const { binary } = await readPackage(tfjsFolder)
  const running = Number(process.versions.napi)
  return Math.max(...binary.napi_versions.filter((version) => version <= running))
}

async function readPackage(
  folder: string,
): Promise<{ version: string; binary: { napi_versions: number[] } }> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}

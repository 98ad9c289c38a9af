import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BINDING_FILE, bindingPlace } from './binding.ts'
import { type CacheEntry, digestOf } from './cache.ts'
import { linkOrCopy } from './linkOrCopy.ts'

/**
 * Puts library and binding from the cache into the tfjs-node-gpu package, where it looks for them. Each folder is made
 * beside the old one and renamed into its place, so that a process which has the old files open keeps them.
 */
export async function placeInPackage(
  tfjsFolder: string,
  library: CacheEntry,
  binding: CacheEntry,
): Promise<void> {
  await rm(join(tfjsFolder, STATE_FILE), { force: true })
  await replaceFolder(join(tfjsFolder, 'deps'), async (fresh) => {
    for (const { path } of library.files) {
      if (!path.startsWith('include/')) await linkOrCopy(join(library.folder, path), join(fresh, path))
    }
    for (const { path, target } of library.links) {
      await mkdir(dirname(join(fresh, path)), { recursive: true })
      await symlink(target, join(fresh, path))
    }
  })
  await replaceFolder(join(tfjsFolder, await bindingPlace(tfjsFolder)), (fresh) =>
    linkOrCopy(join(binding.folder, BINDING_FILE), join(fresh, BINDING_FILE)),
  )
  await writeFile(join(tfjsFolder, STATE_FILE), JSON.stringify(stateOf(library, binding)))
}

/**
 * Takes out whatever library and binding lie in the package. Without a binding tfjs-node throws as it is loaded, where a
 * binding that does not fit this machine would end the process.
 */
export async function unplace(tfjsFolder: string): Promise<void> {
  for (const part of [STATE_FILE, await bindingPlace(tfjsFolder), 'deps']) {
    await rm(join(tfjsFolder, part), { recursive: true, force: true })
  }
}

/** Whether the package already holds exactly this library and binding: same digests, same sizes. */
export async function isPlaced(
  tfjsFolder: string,
  library: CacheEntry,
  binding: CacheEntry,
): Promise<boolean> {
  const recorded = await readFile(join(tfjsFolder, STATE_FILE), 'utf8').catch(() => '')
  if (recorded !== JSON.stringify(stateOf(library, binding))) return false
  const expected = library.files
    .filter(({ path }) => !path.startsWith('include/'))
    .map(({ path, bytes }) => ({ path: join('deps', path), bytes }))
  expected.push({ path: join(await bindingPlace(tfjsFolder), BINDING_FILE), bytes: binding.files[0].bytes })
  for (const { path, bytes } of expected) {
    const found = await stat(join(tfjsFolder, path)).catch(() => null)
    if (found?.size !== bytes) return false
  }
  return true
}

const STATE_FILE = '.limpid-setup.json'

function stateOf(library: CacheEntry, binding: CacheEntry) {
  return { library: digestOf(library), binding: digestOf(binding) }
}

async function replaceFolder(folder: string, fill: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = `${folder}.new-${process.pid}`
  const old = `${folder}.old-${process.pid}`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true })
  await fill(fresh)
  const existed = (await readdir(folder).catch(() => null)) !== null
  if (existed) await rename(folder, old)
  await rename(fresh, folder)
  await rm(old, { recursive: true, force: true })
}

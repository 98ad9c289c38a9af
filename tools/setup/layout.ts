import { readdir, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * How a TensorFlow library lies in the cache, and later in the binding's `deps` folder:
 *
 *     lib/      libtensorflow_cc.so.2, libtensorflow_framework.so.2, and the plain names that the linker asks for
 *     include/  the C API's headers, the only ones the binding needs
 *     nvidia/   CUDA's libraries, for `gpu`
 *
 * `lib` and `nvidia` lie side by side as `tensorflow` and `nvidia` do in Python's site-packages, because that is where
 * the library looks for CUDA: its own run path says `$ORIGIN/../nvidia/<part>/lib`. No LD_LIBRARY_PATH is needed.
 */
export function placeFromWheel(pathInWheel: string): string | null {
  const library = /^tensorflow\/(libtensorflow_(?:cc|framework)\.(?:so\.2|2\.dylib))$/.exec(pathInWheel)
  if (library) return `lib/${library[1]}`
  const header = /^tensorflow\/include\/(.+)$/.exec(pathInWheel)
  if (header) return isNeededHeader(header[1]) ? `include/${header[1]}` : null
  if (/^nvidia\/[^/]+\/lib\/[^/]+\.so[.\d]*$/.test(pathInWheel)) return pathInWheel
  if (/^nvidia\/cuda_nvcc\/(bin\/ptxas$|nvvm\/libdevice\/)/.test(pathInWheel)) return pathInWheel
  const licence = /^([^/]+)\.dist-info\/(?:licenses\/)?(licen[sc]e[^/]*)$/i.exec(pathInWheel)
  return licence ? `licences/${licence[1]}/${licence[2]}` : null
}

/** The C API, and the string type that it shares with the C++ code. */
export function isNeededHeader(path: string): boolean {
  return (
    path === 'LICENSE' ||
    (path.endsWith('.h') && /^tensorflow\/c\/|\/ctstring(_internal)?\.h$|(^|\/)tsl\/c\//.test(path))
  )
}

/** Puts the names in place by which `-ltensorflow` (Linux) and binding.gyp (macOS) look for the libraries. */
export async function addLinkerNames(libFolder: string): Promise<void> {
  const names = await readdir(libFolder)
  for (const part of ['tensorflow', 'tensorflow_framework']) {
    const suffix = process.platform === 'darwin' ? '2.dylib' : 'so'
    const wanted = `lib${part}.${suffix}`
    if (names.includes(wanted)) continue
    const stem = part === 'tensorflow' ? 'libtensorflow(?:_cc)?' : 'libtensorflow_framework'
    const found = names
      .filter((name) => new RegExp(`^${stem}\\.(so\\.[\\d.]+|[\\d.]*dylib)$`).test(name))
      .sort()
    if (found[0]) await symlink(found[0], join(libFolder, wanted))
  }
}

/** Throws unless `folder` holds what a binding can be built from. */
export async function assertLibrary(folder: string): Promise<void> {
  const names = await readdir(join(folder, 'lib')).catch(() => {
    throw new Error(`it has no folder lib`)
  })
  if (!names.some((name) => /^(libtensorflow(_cc)?\.(so|2?\.?dylib)|tensorflow\.(dll|lib))/.test(name))) {
    throw new Error('its folder lib holds no TensorFlow library')
  }
  const header = join(folder, 'include', 'tensorflow', 'c', 'c_api.h')
  if (!(await stat(header).catch(() => null))) throw new Error('it has no include/tensorflow/c/c_api.h')
}

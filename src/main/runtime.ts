/** Where the parts of the app lie: beside the sources, or inside the packaged app. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { app } from 'electron'
import { LimpidError } from '../contract/errors.ts'

export type Runtime = {
  /** The Node that runs engines. Electron's own can't: its memory cage refuses the buffers of native code. */
  execPath: string
  engineEntry: string
  shippedModels: string
  /** Folder of the built window. */
  renderer: string
}

export function findRuntime(): Runtime {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const root = app.getAppPath()
  // A plain Node reads no asar archive: what the engine needs is unpacked beside it (electron-builder.yml).
  const unpacked = app.isPackaged ? path.join(process.resourcesPath, 'app.asar.unpacked') : root
  const runtime = {
    execPath: app.isPackaged
      ? path.join(process.resourcesPath, 'node', name)
      : path.join(root, 'node_modules/node/bin', name),
    engineEntry: path.join(unpacked, 'src/engine/main.ts'),
    shippedModels: path.join(app.isPackaged ? process.resourcesPath : root, 'models'),
    renderer: path.join(root, 'dist/renderer'),
  }
  for (const file of [runtime.execPath, runtime.engineEntry]) {
    if (existsSync(file)) continue
    const hint = app.isPackaged ? 'Install Limpid again.' : 'Run npm ci in its folder.'
    throw new LimpidError('file-not-found', `A part of Limpid is missing: ${file}.`, { file, hint })
  }
  return runtime
}

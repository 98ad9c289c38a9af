/** The real surroundings of the commands: the engine process, the models, the browser face. */
import path from 'node:path'
import { EngineProcess } from '../app/engine-process.ts'
import { defaultFolders, projectRoot } from '../app/folders.ts'
import { findModel, listModels } from '../app/models.ts'
import type { Surroundings } from './context.ts'

export function realSurroundings(signal: AbortSignal): Surroundings {
  const home = defaultFolders().data
  const modelFolders = { shipped: path.join(projectRoot, 'models'), user: path.join(home, 'models') }
  return {
    cwd: process.cwd(),
    env: process.env,
    home,
    signal,
    models: { find: (id) => findModel(modelFolders, id), list: () => listModels(modelFolders) },
    async withEngine({ backend, cancelGraceMs }, work) {
      const engine = new EngineProcess({
        entry: path.join(projectRoot, 'src/engine/main.ts'),
        backend: () => backend ?? null,
        cancelGraceMs,
      })
      try {
        return await work(engine)
      } finally {
        await engine.close()
      }
    },
    serve: async () => {
      throw new Error('not there yet')
    },
  }
}

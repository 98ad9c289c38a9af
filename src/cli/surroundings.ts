/** The real surroundings of the commands: the engine process, the models, the browser face. */
import path from 'node:path'
import { EngineProcess } from '../app/engine-process.ts'
import { defaultFolders, projectRoot } from '../app/folders.ts'
import { findModel, listModels } from '../app/models.ts'
import type { Surroundings } from './context.ts'

export function realSurroundings(signal: AbortSignal): Surroundings {
  const { data: home, cache } = defaultFolders()
  const modelFolders = { shipped: path.join(projectRoot, 'models'), user: path.join(home, 'models') }
  return {
    cwd: process.cwd(),
    env: process.env,
    home,
    signal,
    models: { find: (id) => findModel(modelFolders, id), list: () => listModels(modelFolders) },
    async withEngine({ backend, cancelGraceMs, onBackend }, work) {
      const engine = new EngineProcess({
        entry: path.join(projectRoot, 'src/engine/main.ts'),
        backend: () => backend ?? null,
        cancelGraceMs,
        onBackend,
      })
      try {
        return await work(engine)
      } finally {
        await engine.close()
      }
    },
    async serve({ port, backend, files }) {
      // Loaded here, because no other command needs SQLite and the RPC.
      const { openApp } = await import('../app/app.ts')
      const { startServer } = await import('../server/server.ts')
      const app = await openApp({ dataFolder: home, cacheFolder: cache, backend })
      try {
        const server = await startServer({ app, port })
        const { errors } = files.length > 0 ? await app.addPictures({ paths: files }) : { errors: [] }
        return {
          url: server.url,
          errors,
          async close() {
            await server.close()
            await app.close()
          },
        }
      } catch (thrown) {
        await app.close()
        throw thrown
      }
    },
  }
}

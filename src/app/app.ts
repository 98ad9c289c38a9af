/** The application: opens its state, starts its engines, puts the contract's methods on top; faces call it. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppApi } from '../contract/api.ts'
import type { BackendName } from '../contract/backend.ts'
import { isPaintedMask } from '../contract/step.ts'
import { checkedApi } from './checked-api.ts'
import { openDatabase } from './database.ts'
import { Engines } from './engines.ts'
import { Events } from './events.ts'
import { writeError } from './file-errors.ts'
import { projectRoot } from './folders.ts'
import { JobStore } from './job-store.ts'
import { Jobs } from './jobs.ts'
import { keepPicture } from './kept-pictures.ts'
import { Lab } from './lab/lab.ts'
import { LabStore } from './lab/lab-store.ts'
import { Library } from './library.ts'
import { ownCache } from './library-cache.ts'
import { mediaFile } from './media.ts'
import { appMethods } from './methods.ts'
import { findModel, listModels } from './models.ts'
import { tidyMasks } from './painted-masks.ts'
import { PictureStore } from './picture-store.ts'
import { SettingsStore } from './settings.ts'
import type { ModelSource } from './step-models.ts'
import { defaultPicturesFolder } from './suggest-target.ts'

const GIGABYTE = 1e9
const MINUTE = 60_000

export type AppOptions = {
  /** Library, settings, the user's models (defaultFolders of folders.ts). */
  dataFolder: string
  /** What can be made anew, and what was not saved; several libraries may share it. */
  cacheFolder: string
  /** The engine's main file. */
  engineEntry?: string
  /** The Node that runs engines; this process's own if absent. */
  execPath?: string
  /** Above the user's setting. */
  backend?: BackendName
  /** The models that Limpid comes with. */
  shippedModels?: string
  /** The recipes of the Lab's systems. */
  zooRecipes?: string
  /** Where pictures are saved whose own folder can't be written. */
  picturesFolder?: string
  /** How long a cancelled job may take before its engine is killed, ms. */
  cancelGraceMs?: number
  /** What cached results may take, bytes. */
  cacheLimitBytes?: number
  /** How long a download stays that was fetched, ms: a browser may ask for it again. */
  fetchedKeptMs?: number
}

export type App = AppApi & {
  /** The absolute path of the file that a media path (as in a `Picture` or a `Job`) names; null: not for anybody. */
  media(path: string): string | null
  /** A browser was sent all of a download (its media path): it goes after a while. */
  fetched(path: string): void
  /**
   * Keeps a picture that came as bytes in the cache, until it is taken off the filmstrip, and gives its path, for
   * `addPictures`. `uploaded`: by a browser, which saves by downloading.
   */
  keepPicture(
    name: string,
    content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    options: { uploaded: boolean; limitBytes?: number },
  ): Promise<string>
  /** Has the face that listens, now or next, open files and folders as if they were dropped on it. */
  askToOpen(paths: string[]): void
  /** Whether a path is one that `keepPicture` gave with `uploaded`. */
  isUploaded(path: string): boolean
  /** Ends the engines. What runs and waits is `interrupted` at the next start. */
  close(): Promise<void>
}

export async function openApp(options: AppOptions): Promise<App> {
  const { dataFolder, cacheFolder } = options
  await mkdir(cacheFolder, { recursive: true }).catch((cause) => {
    throw writeError(cause, cacheFolder)
  })
  const { db, close: closeDatabase } = openDatabase(dataFolder)
  try {
    const events = new Events()
    const settings = new SettingsStore(db)
    const store = new PictureStore(db)
    const cache = await ownCache(cacheFolder, dataFolder, () => store.load().map(({ picture }) => picture))
    const modelFolders = {
      shipped: options.shippedModels ?? join(projectRoot, 'models'),
      user: join(dataFolder, 'models'),
    }
    const models: ModelSource = {
      find: (id) => findModel(modelFolders, id),
      list: () => listModels(modelFolders),
    }
    const engines = new Engines(
      {
        entry: options.engineEntry ?? join(projectRoot, 'src/engine/main.ts'),
        execPath: options.execPath,
        cancelGraceMs: options.cancelGraceMs,
        backend: () => options.backend ?? settings.all.backend,
      },
      events,
    )
    const library = new Library({ store, cache, events, engine: engines.imaging })
    const jobs = new Jobs(new JobStore(db), events, {
      library,
      cache,
      engines,
      models,
      cacheLimitBytes: options.cacheLimitBytes ?? 5 * GIGABYTE,
    })
    const lab = new Lab({
      store: new LabStore(db),
      events,
      engines,
      recipes: options.zooRecipes ?? join(projectRoot, 'recipes/zoo'),
      folder: join(dataFolder, 'lab'),
      downloads: cache.downloads,
      modelsFolder: modelFolders.user,
      models,
    })
    await library.load()
    jobs.load()
    const tidy = () => tidyMasks(cache, library.pictures, jobs.wanted('restore'))
    await tidy()
    engines.warmUp()

    const picturesFolder = options.picturesFolder ?? defaultPicturesFolder()
    const pinnedBackend = options.backend ?? null
    let closed: Promise<void> | null = null
    return {
      ...checkedApi(
        appMethods({
          library,
          jobs,
          cache,
          events,
          settings,
          engines,
          models,
          picturesFolder,
          pinnedBackend,
          lab,
        }),
      ),
      events: (signal) => events.subscribe(signal),
      media: (path) =>
        path.startsWith('lab/')
          ? lab.media(path)
          : mediaFile(path, { picture: (id) => library.picture(id), job: (id) => jobs.get(id), cache }),
      fetched(path) {
        const job = jobs.get(path.split('/')[1])
        if (!job?.saved?.download) return
        setTimeout(() => void cache.removeDownload(job.id), options.fetchedKeptMs ?? 10 * MINUTE).unref()
      },
      async keepPicture(name, content, { uploaded, limitBytes }) {
        const path = await keepPicture(uploaded ? cache.uploads : cache.kept, name, content, limitBytes)
        if (isPaintedMask(name)) await tidy() // it takes the place of the one before it
        return path
      },
      askToOpen: (paths) => events.emit({ type: 'open', paths }),
      isUploaded: (path) => cache.isUploaded(path),
      close() {
        closed ??= (async () => {
          const enginesClosed = engines.close()
          await Promise.all([jobs.close(enginesClosed), lab.close(enginesClosed), library.close()])
          events.close()
          closeDatabase()
        })()
        return closed
      },
    }
  } catch (error) {
    closeDatabase()
    throw error
  }
}

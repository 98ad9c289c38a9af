/** What the application does, method by method of the contract. */
import { release, type } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import type { BackendName } from '../contract/backend.ts'
import { type LimpidError, toErrorData } from '../contract/errors.ts'
import type { Methods } from './checked-api.ts'
import type { Engines } from './engines.ts'
import type { Events } from './events.ts'
import { type ExportRequest, exportRequest, notRestored } from './job-export.ts'
import type { Jobs } from './jobs.ts'
import type { Lab } from './lab/lab.ts'
import type { Library } from './library.ts'
import { tidyMasks } from './painted-masks.ts'
import type { PictureCache } from './picture-cache.ts'
import type { SettingsStore } from './settings.ts'
import { type ModelSource, resolveSteps } from './step-models.ts'
import { suggestTarget } from './suggest-target.ts'

export type AppParts = {
  library: Library
  jobs: Jobs
  cache: PictureCache
  events: Events
  settings: SettingsStore
  engines: Engines
  models: ModelSource
  picturesFolder: string
  pinnedBackend: BackendName | null
  lab: Lab
}

export function appMethods(parts: AppParts): Methods {
  const { library, jobs, cache, events, settings, engines, models, picturesFolder, pinnedBackend, lab } =
    parts
  const { version } = packageJson
  const reported = new Set<string>()
  const reportOnce = (error: LimpidError) => {
    if (reported.has(error.message)) return
    reported.add(error.message)
    events.emit({ type: 'error', error: toErrorData(error) })
  }

  return {
    async state() {
      const { models: all, errors } = await models.list()
      errors.forEach(reportOnce)
      return {
        version,
        pictures: library.pictures,
        jobs: jobs.all,
        models: all,
        settings: settings.all,
        backend: engines.backend,
        pinnedBackend,
      }
    },

    async addPictures({ paths }) {
      const { pictures, errors } = await library.add(paths)
      return { pictures, errors: errors.map(toErrorData) }
    },

    async removePictures({ ids }) {
      const removals = ids.map((id) => ({ id, ended: jobs.forgetPicture(id), removed: library.remove(id) }))
      // What their last jobs still wrote goes too, and the masks they filled in by; nobody needs to wait for that.
      const gone = removals.map(async ({ id, ended, removed }) => {
        await removed
        await ended
        await cache.removeMade(id)
      })
      void Promise.allSettled(gone).then(() => tidyMasks(cache, library.pictures, jobs.wanted('restore')))
      await Promise.all(removals.map(({ removed }) => removed))
      return {}
    },

    async restore({ ids, steps }) {
      await resolveSteps(models, steps) // what can't be had is said now, not when the job begins
      const pictures = [...new Set(ids)].map((id) => library.record(id).picture)
      const requests = pictures.map(({ id }) => ({ pictureId: id, request: { steps } }))
      return { jobs: jobs.add('restore', requests) }
    },

    export(input) {
      const { picture, resultFile } = library.record(input.id)
      if (!resultFile && !jobs.isRestoring(picture.id)) throw notRestored(picture)
      const request = exportRequest(picture, input)
      const [job] = jobs.add('export', [{ pictureId: picture.id, request }])
      return { job }
    },

    async suggestTarget({ id, format }) {
      const { picture } = library.record(id)
      const promised = jobs.unfinished('export').map(({ request }) => (request as ExportRequest).path ?? '')
      const path = await suggestTarget(picture, format, {
        isOurs: (path) => cache.contains(path),
        picturesFolder,
        promised: new Set(promised),
      })
      return { path }
    },

    cancelJobs({ ids }) {
      jobs.cancel(ids)
      return {}
    },

    resumeJobs() {
      return { jobs: jobs.resume() }
    },

    saveSettings(changes) {
      const saved = settings.save(changes)
      events.emit({ type: 'settings', settings: saved })
      engines.followBackend()
      return saved
    },

    async doctor() {
      const found = await engines.doctor()
      const platform = `${type()} ${release()} ${process.arch}, Node ${process.versions.node}`
      return { version, platform, ...found }
    },

    ...lab.methods,
  }
}

import type { App } from '../app/app.ts'
import type { AppApi } from '../contract/api.ts'
import { LimpidError } from '../contract/errors.ts'

/** The application for a page that may touch no files of this machine but those that it uploaded. */
export function confined(app: App): AppApi {
  return {
    ...app,
    async addPictures(input) {
      const paths = Array.isArray(input?.paths) ? input.paths : []
      const foreign = paths.filter((path) => typeof path === 'string' && !app.isUploaded(path))
      const own = paths.filter((path) => !foreign.includes(path))
      const errors = foreign.map((path) =>
        notAllowed(path, 'opened', 'Drop the file on the page to upload it.').toData(),
      )
      // With nothing left, or nothing that fits, the contract's own check has the say.
      const added =
        own.length > 0 || errors.length === 0 ? await app.addPictures({ ...input, paths: own }) : null
      return { pictures: added?.pictures ?? [], errors: [...errors, ...(added?.errors ?? [])] }
    },
    async restore(input) {
      for (const step of Array.isArray(input?.steps) ? input.steps : []) {
        const mask = step?.task === 'inpaint' ? step.mask : null
        if (mask?.kind !== 'file' || app.isUploaded(mask.path)) continue
        throw notAllowed(mask.path, 'read', 'Upload the mask first.')
      }
      return app.restore(input)
    },
    async addLabData(input) {
      throw notAllowed(String(input?.folder), 'read', 'Choose the folder on the page to upload it.')
    },
    async gatherLabData(input) {
      const foreign = (input?.files ?? []).find(({ path }) => !app.isUploaded(path))
      if (foreign) throw notAllowed(foreign.path, 'read', 'Choose the folder on the page to upload it.')
      return app.gatherLabData(input)
    },
    async prepareLabText(input) {
      const line = input?.line
      if (line?.kind === 'file' && !app.isUploaded(line.path)) {
        throw notAllowed(line.path, 'read', 'Choose the picture on the page to upload it.')
      }
      return app.prepareLabText(input)
    },
    async exportLabRuns(input) {
      const path = input?.path
      if (typeof path === 'string') throw notAllowed(path, 'saved to', 'Save it as a download.')
      return app.exportLabRuns(input)
    },
    async export(input) {
      const path = input?.path
      if (typeof path === 'string') throw notAllowed(path, 'saved to', 'Save it as a download.')
      return app.export(input)
    },
  }
}

function notAllowed(path: string, what: string, hint: string): LimpidError {
  return new LimpidError('bad-request', `${path} can't be ${what} from a browser.`, { hint, file: path })
}

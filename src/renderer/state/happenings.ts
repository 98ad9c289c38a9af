/** Which events a person is told of in passing, and in which words. */
import type { AppEvent } from '../../contract/api.ts'
import { BACKENDS } from '../../contract/backend.ts'
import type { Library } from './library.svelte.ts'
import type { Notices } from './notices.ts'
import { BACKEND_TITLES } from './words.ts'

/**
 * Call it before `library` takes the event in: what counts is the change.
 *
 * @param shown the id of the picture that is on screen: of that one, errors stand on the picture itself
 */
export function tell(event: AppEvent, library: Library, shown: string | null, notices: Notices): void {
  switch (event.type) {
    case 'error':
      notices.error(event.error)
      break
    case 'picture': {
      const { id, error } = event.picture
      const known = library.pictures.get(id)?.error
      if (error && !known && id !== shown) notices.error(error)
      break
    }
    case 'job': {
      const { id, kind, state, pictureId, error } = event.job
      const known = library.jobs.get(id)?.state === 'failed'
      // Exports are waited for by who began them.
      if (kind === 'restore' && state === 'failed' && error && !known && pictureId !== shown)
        notices.error(error)
      break
    }
    case 'backend': {
      const before = library.backend
      const { name, passedOver } = event.backend
      const worse = before !== null && BACKENDS.indexOf(name) > BACKENDS.indexOf(before.name)
      if (!worse || library.chosenBackend !== null) break
      const problem = passedOver.find((one) => one.name === before.name)?.problem
      notices.warn(`Now computing with ${BACKEND_TITLES[name]}, which is slower`, { description: problem })
      break
    }
  }
}

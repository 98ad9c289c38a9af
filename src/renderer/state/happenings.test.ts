import { beforeEach, describe, expect, it } from 'vitest'
import type { AppEvent } from '../../contract/api.ts'
import type { ErrorData } from '../../contract/errors.ts'
import { tell } from './happenings.ts'
import { Library } from './library.svelte.ts'
import { aJob, aPicture, heard } from './testing/examples.ts'

const error: ErrorData = { code: 'out-of-memory', message: 'There was not enough memory for a.png.' }
const failed: AppEvent = { type: 'job', job: aJob('1', { pictureId: 'a.png', state: 'failed', error }) }

describe('what a person is told of', () => {
  let library: Library
  let notices: ReturnType<typeof heard>
  beforeEach(() => {
    library = new Library()
    notices = heard()
  })

  function happens(event: AppEvent, shown: string | null = null): void {
    tell(event, library, shown, notices)
    library.apply(event)
  }

  it('a job that failed, once', () => {
    happens(failed)
    happens(failed)
    expect(notices.errors).toEqual([error.message])
  })

  it('not of the picture that is shown: there it stands on the picture', () => {
    happens(failed, 'a.png')
    expect(notices.errors).toEqual([])
    expect(library.problem(aPicture('a.png'))).toEqual(error)
  })

  it('not of a cancelled job, nor of one that waits again after a restart', () => {
    happens({ type: 'job', job: aJob('1', { state: 'cancelled' }) })
    happens({ type: 'job', job: aJob('2', { state: 'interrupted' }) })
    expect(notices.errors).toEqual([])
  })

  it('that computing has become slower, and why, unless it was asked for', () => {
    const tensorflow = { name: 'tensorflow', device: 'CPU', passedOver: [] } as const
    const wasm = {
      name: 'wasm',
      device: '',
      passedOver: [{ name: 'tensorflow', problem: 'It crashed.' }],
    } as const
    happens({ type: 'backend', backend: { ...tensorflow, passedOver: [] } })
    happens({ type: 'backend', backend: { ...wasm, passedOver: [...wasm.passedOver] } })
    expect(notices.warnings).toEqual(['Now computing with WebAssembly, which is slower'])
    happens({ type: 'backend', backend: { ...tensorflow, passedOver: [] } })
    library.settings = { ...library.settings, backend: 'wasm' }
    happens({ type: 'backend', backend: { ...wasm, passedOver: [] } })
    expect(notices.warnings).toHaveLength(1)
  })
})

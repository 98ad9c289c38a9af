import { describe, expect, it } from 'vitest'
import type { Job, State } from '../../contract/api.ts'
import { Library } from './library.svelte.ts'
import { aJob, aPicture } from './testing/examples.ts'

const failed = { code: 'internal', message: 'It failed.' } as const
const state = (changes: Partial<State>): State => ({
  version: '1',
  pictures: [],
  jobs: [],
  models: [],
  settings: { theme: 'dark', backend: null, strength: 1 },
  backend: null,
  pinnedBackend: null,
  ...changes,
})

it('what was named when the app was started goes before the backend of the settings', () => {
  const library = new Library()
  const settings = { theme: 'dark', backend: 'webgpu', strength: 1 } as const
  library.load(state({ settings }))
  expect(library.chosenBackend).toBe('webgpu')
  library.load(state({ settings, pinnedBackend: 'cpu' }))
  expect(library.chosenBackend).toBe('cpu')
})

it('follows the newest job of each kind; older ones that speak up late do not count', () => {
  const library = new Library()
  library.load(state({ pictures: [aPicture('p')], jobs: [aJob('1', { state: 'failed', error: failed })] }))
  expect(library.problem(aPicture('p'))).toEqual(failed)
  library.apply({ type: 'job', job: aJob('2', { state: 'running' }) })
  library.apply({ type: 'job', job: aJob('1', { state: 'cancelled' }) })
  expect(library.job('p', 'restore')).toMatchObject({ id: '2', state: 'running' })
  expect(library.job('p', 'export')).toBeNull()
  expect(library.running.map(({ id }) => id)).toEqual(['2'])
  expect(library.problem(aPicture('p'))).toBeNull()
})

it('a state loaded anew replaces everything: nothing of before a lost connection stays', () => {
  const library = new Library()
  library.load(state({ pictures: [aPicture('gone'), aPicture('p')], jobs: [aJob('1')] }))
  library.load(state({ pictures: [aPicture('p')] }))
  expect([...library.pictures.keys()]).toEqual(['p'])
  expect(library.queued).toEqual([])
  expect(library.job('p', 'restore')).toBeNull()
})

it('news of a removed picture that comes late does not bring it back; a state that still has it does', () => {
  const library = new Library()
  library.load(state({ pictures: [aPicture('p')] }))
  library.apply({ type: 'picture-removed', id: 'p' })
  library.apply({ type: 'picture', picture: aPicture('p') })
  expect(library.pictures.size).toBe(0)
  library.load(state({ pictures: [aPicture('p')] }))
  library.apply({ type: 'picture', picture: aPicture('p', { state: 'reading' }) })
  expect(library.pictures.get('p')?.state).toBe('reading')
})

it('keeps the order in which pictures were opened, whatever happens to them', () => {
  const library = new Library()
  for (const name of ['a', 'b', 'c']) library.apply({ type: 'picture', picture: aPicture(name) })
  library.apply({ type: 'picture', picture: aPicture('a', { state: 'failed' }) })
  library.apply({ type: 'picture-removed', id: 'b' })
  expect([...library.pictures.keys()]).toEqual(['a', 'c'])
})

it('knows every job that runs: several may at once', () => {
  const library = new Library()
  const jobs = ['a', 'b', 'c'].map((id) =>
    aJob(id, { pictureId: id, state: id === 'c' ? 'queued' : 'running' }),
  )
  library.load(state({ pictures: [], jobs }))
  expect(library.running.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(library.queued.map(({ id }) => id)).toEqual(['c'])
  library.apply({ type: 'job', job: aJob('a', { pictureId: 'a', state: 'done' }) })
  expect(library.running.map(({ id }) => id)).toEqual(['b'])
})

describe('the problem of a picture is that of the last thing done with it', () => {
  const problem = (...jobs: Parameters<typeof aJob>[]) => {
    const library = new Library()
    library.load(state({ pictures: [aPicture('p')], jobs: jobs.map((job) => aJob(...job)) }))
    return library.problem(aPicture('p'))?.message
  }
  const fails = (id: string, kind: Job['kind']): Parameters<typeof aJob> => [
    id,
    { kind, state: 'failed', error: { ...failed, message: `${id} failed.` } },
  ]

  it('a failed save is forgotten with the next restoration or save', () => {
    expect(problem(fails('save', 'export'))).toBe('save failed.')
    expect(problem(fails('save', 'export'), ['1', { state: 'queued' }])).toBeUndefined()
    expect(problem(fails('save', 'export'), ['1', { kind: 'export', state: 'done' }])).toBeUndefined()
  })

  it('a newer failure hides the older one', () => {
    expect(problem(fails('save', 'export'), fails('restoring', 'restore'))).toBe('restoring failed.')
    expect(problem(fails('restoring', 'restore'), fails('save', 'export'))).toBe('save failed.')
  })

  it('a save that met a file asked, and failed at nothing', () => {
    const met = { ...failed, code: 'file-exists' } as const
    const save = ['save', { kind: 'export', state: 'failed', error: met }] as Parameters<typeof aJob>
    expect(problem(save)).toBeUndefined()
    expect(problem(fails('restoring', 'restore'), save)).toBe('restoring failed.')
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { AppApi, Input } from '../../contract/api.ts'
import type { ModelSummary } from '../../contract/model.ts'
import type { Picture } from '../../contract/picture.ts'
import { badgeOf } from './badge.ts'
import { Denoise } from './denoise.svelte.ts'
import { Library } from './library.svelte.ts'
import { aJob, aPicture, aResult } from './testing.ts'

let library: Library
let denoise: Denoise
beforeEach(() => {
  library = new Library()
  library.models = ['denoise-fast', 'denoise-best'].map((id) => ({ id, task: 'denoise' }) as ModelSummary)
  library.backend = { name: 'tensorflow', device: 'CPU', passedOver: [] }
  denoise = new Denoise(library)
})

function on(...pictures: Picture[]): Picture[] {
  for (const picture of pictures) library.apply({ type: 'picture', picture })
  return pictures
}

describe('what the Denoise button would do', () => {
  it('takes what is ready and not done, and leaves the rest', () => {
    const pictures = on(
      aPicture('new.png'),
      aPicture('done.png', { result: aResult() }),
      aPicture('reading.png', { state: 'reading' }),
      aPicture('broken.png', { state: 'failed' }),
      aPicture('running.png'),
    )
    library.apply({ type: 'job', job: aJob('1', { pictureId: 'running.png', state: 'running' }) })
    expect(denoise.todo(pictures).map(({ id }) => id)).toEqual(['new.png'])
  })

  it('another model makes a done picture worth doing again', () => {
    const pictures = on(aPicture('done.png', { result: aResult() }))
    denoise.model = 'denoise-best'
    expect(denoise.todo(pictures)).toHaveLength(1)
  })

  it('after a failure it can be tried again', () => {
    const pictures = on(aPicture('a.png'))
    library.apply({ type: 'job', job: aJob('1', { pictureId: 'a.png', state: 'failed' }) })
    expect(denoise.todo(pictures)).toHaveLength(1)
  })

  it('nothing, while the step is off or no model is there', () => {
    const pictures = on(aPicture('new.png'))
    denoise.enabled = false
    expect(denoise.todo(pictures)).toEqual([])
    denoise.enabled = true
    library.models = []
    expect(denoise.todo(pictures)).toEqual([])
  })

  it('computes at full strength whatever the slider says', async () => {
    const pictures = on(aPicture('new.png'))
    denoise.setStrength(['new.png'], 0.3)
    const asked: Input<'restore'>[] = []
    await denoise.run(
      {
        async restore(input) {
          asked.push(input)
          return { jobs: [] }
        },
      } as Partial<AppApi> as AppApi,
      pictures,
    )
    expect(asked).toEqual([
      { ids: ['new.png'], steps: [{ task: 'denoise', model: 'denoise-fast', strength: 1 }] },
    ])
  })
})

it('a moved strength is of that picture; the others follow the settings', () => {
  on(aPicture('a.png'), aPicture('b.png'))
  library.settings = { ...library.settings, strength: 0.8 }
  denoise.setStrength(['a.png'], 0.3)
  expect([denoise.strength('a.png'), denoise.strength('b.png')]).toEqual([0.3, 0.8])
})

describe('the time that it will take', () => {
  it('follows the largest picture done by this model on this backend', () => {
    const small = { ...aPicture('s').info!, width: 100, height: 100 }
    on(
      // 12 MP in 12 s; 0.01 MP in 1 s says nothing about large ones.
      aPicture('large.png', { result: aResult({ seconds: 12 }) }),
      aPicture('small.png', { info: small, result: aResult({ seconds: 1 }) }),
    )
    const [next] = on(aPicture('next.png'))
    expect(denoise.estimate([next!])).toBeCloseTo(12)
    expect(denoise.estimate([next!, next!])).toBeCloseTo(24)
  })

  it('is not guessed from another backend or another model', () => {
    const [picture] = on(
      aPicture('a.png'),
      aPicture('b.png', { result: aResult({ backend: 'wasm' }) }),
      aPicture('c.png', {
        result: aResult({ steps: [{ task: 'denoise', model: 'denoise-best', strength: 1 }] }),
      }),
    )
    expect(denoise.estimate([picture!])).toBeNull()
  })
})

describe('the badge on a thumbnail', () => {
  it('says what goes on, before what was', () => {
    const done = aPicture('a.png', { result: aResult() })
    const problem = { code: 'disk-full' as const, message: 'The disk is full.', hint: 'Make room.' }
    expect(badgeOf(aPicture('a', { state: 'reading' }), null, 0, null).label).toBe('reading')
    expect(badgeOf(done, aJob('1', { state: 'running' }), 0.427, null).label).toBe('42 %')
    expect(badgeOf(done, aJob('1'), 0, null).label).toBe('waiting')
    expect(badgeOf(done, null, 0, problem)).toMatchObject({
      label: 'error',
      detail: 'The disk is full.\nMake room.',
    })
    expect(badgeOf(done, null, 0, null).label).toBe('done')
    expect(badgeOf(aPicture('a', { result: aResult({ savedTo: '/b.png' }) }), null, 0, null).label).toBe(
      'saved',
    )
    expect(badgeOf(aPicture('a'), null, 0, null).label).toBe('')
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppApi, Input } from '../../contract/api.ts'
import type { ModelSummary } from '../../contract/model.ts'
import type { Picture } from '../../contract/picture.ts'
import { badgeOf } from './badge.ts'
import { Library } from './library.svelte.ts'
import { canMove, Stack } from './stack.svelte.ts'
import { aJob, aPicture, aResult } from './testing/examples.ts'

let library: Library
let stack: Stack
beforeEach(() => {
  library = new Library()
  library.models = ['denoise-fast', 'denoise-best'].map((id) => ({ id, task: 'denoise' }) as ModelSummary)
  library.backend = { name: 'tensorflow', device: 'CPU', passedOver: [] }
  stack = new Stack(library)
})

function on(...pictures: Picture[]): Picture[] {
  for (const picture of pictures) library.apply({ type: 'picture', picture })
  return pictures
}

describe('a picture just opened', () => {
  const jpeg = (jpegQuality: number, sigma: number): Picture => {
    const { info, ...rest } = aPicture('a.jpg')
    return { ...rest, info: { ...info!, jpegQuality }, noise: { sigma, shadows: sigma, highlights: sigma } }
  }
  const tasks = (picture: Picture) => {
    on(picture)
    return stack.active(picture.id).map(({ task }) => task)
  }

  it('is denoised; a JPEG that shows its compression is repaired, and denoised if it is noisy too', () => {
    expect(tasks(jpeg(20, 1))).toEqual(['denoise'])
    library.models = [...library.models, { id: 'jpeg-repair', task: 'jpeg-repair' } as ModelSummary]
    expect(tasks(jpeg(92, 1))).toEqual(['denoise'])
    expect(tasks(jpeg(20, 1))).toEqual(['jpeg-repair'])
    expect(tasks(jpeg(20, 9))).toEqual(['jpeg-repair', 'denoise'])
  })

  it('can be given one step alone, and its first ones back', () => {
    on(jpeg(92, 1))
    stack.only(['a.jpg'], 'restore-colour')
    expect(stack.active('a.jpg').map(({ task }) => task)).toEqual(['restore-colour'])
    stack.reset(['a.jpg'])
    expect(stack.active('a.jpg').map(({ task }) => task)).toEqual(['denoise'])
  })
})

describe('what the button would do', () => {
  it('takes what is ready and not done, and leaves the rest', () => {
    const pictures = on(
      aPicture('new.png'),
      aPicture('done.png', { result: aResult() }),
      aPicture('reading.png', { state: 'reading' }),
      aPicture('broken.png', { state: 'failed' }),
      aPicture('running.png'),
    )
    library.apply({ type: 'job', job: aJob('1', { pictureId: 'running.png', state: 'running' }) })
    expect(stack.todo(pictures).map(({ id }) => id)).toEqual(['new.png'])
  })

  it('another model makes a done picture worth doing again', () => {
    const pictures = on(aPicture('done.png', { result: aResult() }))
    stack.tell(['done.png'], 'denoise', { model: 'denoise-best' })
    expect(stack.todo(pictures)).toHaveLength(1)
  })

  it('after a failure it can be tried again', () => {
    const pictures = on(aPicture('a.png'))
    library.apply({ type: 'job', job: aJob('1', { pictureId: 'a.png', state: 'failed' }) })
    expect(stack.todo(pictures)).toHaveLength(1)
  })

  it('nothing, while the step is off or no model is there', () => {
    const pictures = on(aPicture('new.png'))
    stack.toggle(['new.png'], 'denoise', false)
    expect(stack.todo(pictures)).toEqual([])
    stack.toggle(['new.png'], 'denoise', true)
    library.models = []
    expect(stack.todo(pictures)).toEqual([])
  })

  it('computes at full strength whatever the slider says', async () => {
    const pictures = on(aPicture('new.png'))
    stack.tell(['new.png'], 'denoise', { strength: 0.3 })
    const asked: Input<'restore'>[] = []
    await stack.run(
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
  stack.tell(['a.png'], 'denoise', { strength: 0.3 })
  expect([stack.strength('a.png'), stack.strength('b.png')]).toEqual([0.3, 0.8])
})

it('a picture keeps the strength that it was restored with, whatever the settings say afterwards', async () => {
  const pictures = on(aPicture('a.png'), aPicture('b.png'))
  const api = { restore: async () => ({ jobs: [] }) } as Partial<AppApi> as AppApi
  await stack.run(api, pictures.slice(0, 1))
  library.settings = { ...library.settings, strength: 0.3 }
  expect([stack.strength('a.png'), stack.strength('b.png')]).toEqual([1, 0.3])
})

describe('in two tabs', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('the steps of different pictures do not undo each other', () => {
    const kept = new Map<string, string>()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    })
    on(aPicture('a'), aPicture('b'))
    const [one, two] = [new Stack(library), new Stack(library)]
    one.tell(['a'], 'denoise', { strength: 0.2 })
    two.tell(['b'], 'denoise', { strength: 0.7 })
    one.tell(['a'], 'denoise', { strength: 0.3 })
    const later = new Stack(library)
    expect([later.strength('a'), later.strength('b')]).toEqual([0.3, 0.7])
  })
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
    expect(stack.estimate([next!])).toBeCloseTo(12)
    expect(stack.estimate([next!, next!])).toBeCloseTo(24)
  })

  it('is not guessed from another backend or another model', () => {
    const [picture] = on(
      aPicture('a.png'),
      aPicture('b.png', { result: aResult({ backend: 'wasm' }) }),
      aPicture('c.png', {
        result: aResult({ steps: [{ task: 'denoise', model: 'denoise-best', strength: 1 }] }),
      }),
    )
    expect(stack.estimate([picture!])).toBeNull()
  })
})

describe('the stack of a picture', () => {
  const all: Pick<ModelSummary, 'id' | 'task' | 'scale'>[] = [
    { id: 'denoise-fast', task: 'denoise' },
    { id: 'inpaint', task: 'inpaint' },
    { id: 'upscale-3', task: 'upscale', scale: 3 },
  ]
  const tasks = (id: string) => stack.active(id).map(({ task }) => task)

  it('the old-photo preset is its steps, in its order, each of which can be switched off', () => {
    on(aPicture('a'), aPicture('b'))
    library.models = all as ModelSummary[]
    stack.oldPhoto(['a'])
    expect(tasks('a')).toEqual(['inpaint', 'denoise', 'restore-colour', 'upscale'])
    expect(stack.items('a')).toHaveLength(7)
    stack.toggle(['a'], 'inpaint', false)
    expect(tasks('a')).toEqual(['denoise', 'restore-colour', 'upscale'])
    expect(tasks('b')).toEqual(['denoise'])
  })

  it('a step without a model does not run; an enlarging takes the scale that there is', () => {
    on(aPicture('a'))
    stack.oldPhoto(['a'])
    expect(tasks('a')).toEqual(['denoise', 'restore-colour'])
    library.models = all as ModelSummary[]
    expect(stack.active('a').at(-1)).toEqual({ task: 'upscale', scale: 3, strength: 1, model: 'upscale-3' })
  })

  it('a step moves among the others, and enlarging stays last', () => {
    on(aPicture('a'))
    const order = () => stack.items('a').map(({ step }) => step.task)
    stack.move(['a'], 'denoise', -1)
    expect(order().slice(1, 3)).toEqual(['denoise', 'inpaint'])
    expect(canMove(stack.items('a'), 'upscale', -1)).toBe(false)
    stack.move(['a'], 'colourise', 1)
    expect(order().slice(-2)).toEqual(['colourise', 'upscale'])
  })

  it('is copied to all pictures, but for what was painted on one', () => {
    on(aPicture('a'), aPicture('b'))
    library.models = all as ModelSummary[]
    stack.oldPhoto(['a'])
    stack.tell(['a'], 'inpaint', { mask: { kind: 'file', path: '/mask.png' } })
    stack.copyToAll('a')
    expect(tasks('b')).toEqual(tasks('a'))
    expect(stack.item('b', 'inpaint').step.mask).toEqual({ kind: 'scratches' })
    expect(stack.item('a', 'inpaint').step.mask).toEqual({ kind: 'file', path: '/mask.png' })
  })

  it('a result of several steps is shown whole; its strengths are in it, and another makes it worth doing again', () => {
    const [picture] = on(
      aPicture('a', {
        result: aResult({
          steps: [
            { task: 'denoise', model: 'denoise-fast', strength: 0.5 },
            { task: 'restore-colour', strength: 0.8 },
          ],
        }),
      }),
    )
    stack.tell(['a'], 'denoise', { strength: 0.5 })
    stack.toggle(['a'], 'restore-colour', true)
    expect(stack.strength('a')).toBe(1)
    expect(stack.isDone(picture!)).toBe(true)
    stack.tell(['a'], 'denoise', { strength: 0.6 })
    expect(stack.todo([picture!])).toHaveLength(1)
  })

  it('slow and finer is asked of the steps that can be', () => {
    on(aPicture('a'))
    stack.toggle(['a'], 'restore-colour', true)
    stack.setFiner(['a'], true)
    expect(stack.active('a')).toEqual([
      { task: 'denoise', model: 'denoise-fast', strength: 1, ensemble: true },
      { task: 'restore-colour', strength: 0.8 },
    ])
    stack.setFiner(['a'], false)
    expect(stack.isFiner('a')).toBe(false)
  })

  it('pictures with the same steps are asked for together', async () => {
    const pictures = on(aPicture('a'), aPicture('b'), aPicture('c'))
    stack.setFiner(['b'], true)
    const asked: Input<'restore'>[] = []
    const api = {
      restore: async (input: Input<'restore'>) => {
        asked.push(input)
        return { jobs: [] }
      },
    }
    await stack.run(api as Partial<AppApi> as AppApi, pictures)
    expect(asked.map(({ ids }) => ids)).toEqual([['a', 'c'], ['b']])
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

import { describe, expect, it } from 'vitest'
import type { AppApi } from '../../contract/api.ts'
import { LimpidError, toErrorData } from '../../contract/errors.ts'
import type { LabData, LabRun, LabSystem } from '../../contract/lab-run.ts'
import { Lab } from './lab.svelte.ts'

const data = { id: 'digits', title: 'Digits', findings: { kind: 'mnist' } } as unknown as LabData
const system = (id: string) => ({ id, title: id, recipe: { task: 'autoencode' } }) as unknown as LabSystem
const aRun = (id: string) =>
  ({
    id,
    data: { id: 'digits' },
    recipe: { id, task: 'autoencode', data: { kind: 'mnist' } },
  }) as unknown as LabRun

/** A Lab with two systems and one set of data, over an application that answers like `api`. */
function aLab(api: Partial<AppApi> = {}) {
  const told: string[] = []
  const lab = new Lab({
    host: {} as never,
    notices: { done: () => {} },
    api: () =>
      ({
        startLabRun: async ({ system }) => ({ run: aRun(`run of ${system}`) }),
        ...api,
      }) as AppApi,
    attempt: async (action) => {
      try {
        await action()
      } catch (thrown) {
        told.push(toErrorData(thrown).message)
      }
    },
  })
  lab.systems = [system('dense'), system('deep')]
  lab.data = [data]
  for (const id of ['old', 'older']) lab.runs.set(id, aRun(id))
  return { lab, told }
}

describe('while one looks elsewhere', () => {
  it('what was set for a new run stays', () => {
    const { lab } = aLab()
    lab.draft.choose(lab.systems[1]!)
    lab.draft.set({ steps: 7 })
    lab.show('old')
    lab.show(null)
    expect(lab.draft.system?.id).toBe('deep')
    expect(lab.draft.data?.id).toBe('digits')
    expect(lab.draft.settings).toEqual({ steps: 7 })
  })

  it('so does a line of text, with what came of it', async () => {
    const made = { noisy: 'a.png', cleaned: 'b.png' }
    const { lab } = aLab({ prepareLabText: async () => made as never })
    lab.line.text = 'Dear Sir'
    await lab.line.prepare()
    lab.show('old')
    expect([lab.line.text, lab.line.made]).toEqual(['Dear Sir', made])
  })

  it('so does what a tool made of a run, and what is still at work', async () => {
    let finish = (): void => {}
    const result = { picture: 'a.png', cells: null, facts: [] }
    const { lab } = aLab({
      useLabTool: async () => {
        await new Promise<void>((resolve) => {
          finish = resolve
        })
        return result
      },
    })
    const toolsOf = (id: string) => lab.toolsOf(lab.runs.get(id)!)
    const used = toolsOf('old').use()
    lab.show('older')
    expect([toolsOf('old').working, toolsOf('older').working]).toEqual([true, false])
    finish()
    await used
    expect([toolsOf('old').result, toolsOf('older').result]).toEqual([result, null])
  })
})

it('data that is taken off the list is no new run’s any more: the next that suits is, or none', async () => {
  const asked: unknown[] = []
  const { lab } = aLab({
    removeLabData: async () => ({}),
    describeSystem: async ({ data }) => {
      asked.push(data)
      return { training: null } as never
    },
  })
  lab.data = [data, { ...data, id: 'letters' }, { ...data, id: 'signs' }]
  lab.draft.choose(lab.systems[1]!)
  lab.draft.learnFrom('letters')
  const datas: unknown[] = [lab.draft.data?.id]
  for (const id of ['letters', 'digits', 'signs']) {
    await lab.removeData(id)
    await lab.draft.describe()
    datas.push(lab.draft.data?.id)
  }
  expect(datas).toEqual(['letters', 'digits', 'signs', undefined])
  expect(asked).toEqual(['digits', 'signs', null])
  expect(lab.draft.ready).toBe(false)
})

it('a run that has started leaves a fresh draft to the next one; one that could not start leaves what was set', async () => {
  let refuses = true
  const { lab, told } = aLab({
    startLabRun: async () => {
      if (refuses) throw new LimpidError('recipe-invalid', 'It does not fit.')
      return { run: aRun('new') }
    },
  })
  lab.draft.choose(lab.systems[1]!)
  lab.draft.set({ steps: 7 })
  await lab.draft.start()
  expect(told).toEqual(['It does not fit.'])
  expect(lab.draft.settings).toEqual({ steps: 7 })
  expect(lab.draft.ready).toBe(true)
  refuses = false
  await lab.draft.start()
  expect(lab.shown).toBe('new')
  expect(lab.draft.settings).toEqual({})
  expect(lab.draft.systemId).toBeNull()
})

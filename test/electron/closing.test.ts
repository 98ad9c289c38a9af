import type { BrowserWindow } from 'electron'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Job, Output, State } from '../../src/contract/api.ts'
import type { LabRun } from '../../src/contract/lab-run.ts'
import { askBeforeClosing } from '../../src/main/closing.ts'
import { openWindow } from '../../src/main/window.ts'
import { type FakeBrowserWindow, fake, resetElectron } from './fake-electron.ts'

vi.mock('electron', async () => (await import('./fake-electron.ts')).fake)

let window: FakeBrowserWindow
let jobs: Partial<Job>[]
let runs: Partial<LabRun>[]
let labState: ReturnType<typeof vi.fn<() => Promise<Output<'labState'>>>>
let cancelJobs: ReturnType<typeof vi.fn<(input: { ids: string[] }) => Promise<Record<string, never>>>>

beforeEach(() => {
  resetElectron()
  window = openWindow() as unknown as FakeBrowserWindow
  jobs = []
  runs = []
  labState = vi.fn(async () => ({ systems: [], data: [], runs: runs as LabRun[] }))
  cancelJobs = vi.fn(async () => ({}))
  const state = async () => ({ jobs }) as State
  askBeforeClosing(window as unknown as BrowserWindow, { state, labState, cancelJobs })
})

const question = () => fake.dialog.showMessageBox
const answer = (response: 0 | 1) => question().mockResolvedValue({ response })
/** What the last question said. */
const asked = () => (question().mock.lastCall as unknown as [unknown, Question])[1]
type Question = { message: string; detail: string; buttons: string[]; cancelId: number }
const settled = () => new Promise((resolve) => setTimeout(resolve, 10))

test('nothing is asked when nothing runs', async () => {
  jobs = [
    { id: 'a', state: 'done' },
    { id: 'b', state: 'interrupted' },
  ]
  runs = [{ state: 'queued' }, { state: 'paused' }, { state: 'done' }]
  window.close()
  await vi.waitFor(() => expect(window.destroyed).toBe(true), { timeout: 10_000 })
  expect(question()).not.toHaveBeenCalled()
})

describe('while jobs run', () => {
  beforeEach(() => {
    jobs = [
      { id: 'a', state: 'running' },
      { id: 'b', state: 'queued' },
      { id: 'c', state: 'done' },
    ]
  })

  test('"Wait" keeps window and jobs', async () => {
    answer(0)
    window.close()
    await settled()
    expect(window.destroyed).toBe(false)
    expect(cancelJobs).not.toHaveBeenCalled()
  })

  test('"Cancel and quit" cancels what is unfinished, then closes', async () => {
    answer(1)
    window.close()
    await vi.waitFor(() => expect(window.destroyed).toBe(true), { timeout: 10_000 })
    expect(cancelJobs).toHaveBeenCalledExactlyOnceWith({ ids: ['a', 'b'] })
  })

  test('a job that finished while the question stood is not cancelled', async () => {
    question().mockImplementation(async () => {
      jobs = [
        { id: 'a', state: 'done' },
        { id: 'b', state: 'running' },
      ]
      return { response: 1 }
    })
    window.close()
    await vi.waitFor(() => expect(window.destroyed).toBe(true), { timeout: 10_000 })
    expect(cancelJobs).toHaveBeenCalledWith({ ids: ['b'] })
  })

  test('an impatient second click does not ask twice', async () => {
    answer(0)
    window.close()
    window.close()
    await settled()
    expect(question()).toHaveBeenCalledTimes(1)
  })

  test('after "Wait" it asks again the next time', async () => {
    answer(0)
    window.close()
    await settled()
    window.close()
    await settled()
    expect(question()).toHaveBeenCalledTimes(2)
  })

  test('closing the question without an answer waits', async () => {
    window.close()
    await settled()
    expect(asked().buttons[asked().cancelId]).toBe('Wait')
  })

  test('a picture that is restored and then saved is one picture', async () => {
    jobs = [
      { id: 'a', pictureId: 'cat', kind: 'restore', state: 'running' },
      { id: 'b', pictureId: 'cat', kind: 'export', state: 'queued' },
    ]
    window.close()
    await settled()
    expect(asked().message).toBe('A picture is still being worked on.')
    jobs.push({ id: 'c', pictureId: 'dog', kind: 'restore', state: 'queued' })
    window.close()
    await settled()
    expect(asked().message).toBe('2 pictures are still being worked on.')
  })

  test('it is asked where the Lab can not answer', async () => {
    labState.mockRejectedValue(new Error('no recipes'))
    window.close()
    await settled()
    expect(question()).toHaveBeenCalled()
    expect(window.destroyed).toBe(false)
  })
})

describe.each(['running', 'pausing', 'stopping'] as const)('while the Lab is %s a run', (state) => {
  beforeEach(() => {
    runs = [
      { state: 'done', title: 'Digits' },
      { state, title: 'Faces, 2' },
    ]
  })

  test('it is named, with what becomes of it, and goes on if that is wanted', async () => {
    answer(0)
    window.close()
    await settled()
    expect(window.destroyed).toBe(false)
    expect(asked()).toMatchObject({
      message: '“Faces, 2” is still being trained.',
      detail: expect.stringContaining('checkpoint is kept'),
      buttons: ['Wait', 'Quit'],
    })
  })

  test('pictures are told of beside it; quitting cancels their jobs alone', async () => {
    jobs = [{ id: 'a', pictureId: 'cat', state: 'running' }]
    answer(1)
    window.close()
    await vi.waitFor(() => expect(window.destroyed).toBe(true), { timeout: 10_000 })
    expect(asked().message).toBe('A picture is still being worked on. “Faces, 2” is still being trained.')
    expect(cancelJobs).toHaveBeenCalledExactlyOnceWith({ ids: ['a'] })
  })
})

import type { BrowserWindow } from 'electron'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Job, State } from '../../src/contract/api.ts'
import { askBeforeClosing } from '../../src/main/closing.ts'
import { openWindow } from '../../src/main/window.ts'
import { type FakeBrowserWindow, fake, resetElectron } from './fake-electron.ts'

vi.mock('electron', async () => (await import('./fake-electron.ts')).fake)

let window: FakeBrowserWindow
let jobs: Partial<Job>[]
let cancelJobs: ReturnType<typeof vi.fn<(input: { ids: string[] }) => Promise<Record<string, never>>>>

beforeEach(() => {
  resetElectron()
  window = openWindow() as unknown as FakeBrowserWindow
  jobs = []
  cancelJobs = vi.fn(async () => ({}))
  const state = async () => ({ jobs }) as State
  askBeforeClosing(window as unknown as BrowserWindow, { state, cancelJobs })
})

const question = () => fake.dialog.showMessageBox
const answer = (response: 0 | 1) => question().mockResolvedValue({ response })
const settled = () => new Promise((resolve) => setTimeout(resolve, 10))

test('nothing is asked when nothing runs', async () => {
  jobs = [
    { id: 'a', state: 'done' },
    { id: 'b', state: 'interrupted' },
  ]
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
    const [[, options]] = question().mock.calls as unknown as [
      [unknown, { cancelId: number; buttons: string[] }],
    ]
    expect(options.buttons[options.cancelId]).toBe('Wait')
  })
})

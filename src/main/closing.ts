/** Closing the window while jobs run asks first. */
import { type BrowserWindow, dialog } from 'electron'
import type { AppApi } from '../contract/api.ts'

const WAIT = 0
const CANCEL_AND_QUIT = 1

export function askBeforeClosing(window: BrowserWindow, api: Pick<AppApi, 'state' | 'cancelJobs'>): void {
  let mayClose = false
  let asking = false
  window.on('close', (event) => {
    if (mayClose) return
    // Whether jobs run is only known a moment later, when it is too late to keep the window.
    event.preventDefault()
    if (asking) return
    asking = true
    void mayGo(window, api)
      .catch(() => true) // an app that can't answer has nothing to lose
      .then((answer) => {
        asking = false
        mayClose = answer
        if (answer && !window.isDestroyed()) window.close()
      })
  })
}

async function mayGo(window: BrowserWindow, api: Pick<AppApi, 'state' | 'cancelJobs'>): Promise<boolean> {
  const running = await unfinished(api)
  if (running.length === 0) return true
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message:
      running.length === 1
        ? 'A picture is still being worked on.'
        : `${running.length} pictures are still being worked on.`,
    detail: 'What is finished is kept. What is cancelled can be started again.',
    buttons: ['Wait', 'Cancel and quit'],
    defaultId: WAIT,
    cancelId: WAIT,
    noLink: true,
  })
  if (response !== CANCEL_AND_QUIT) return false
  // Those that finished while the question stood need no cancelling.
  const ids = await unfinished(api)
  if (ids.length > 0) await api.cancelJobs({ ids })
  return true
}

async function unfinished(api: Pick<AppApi, 'state'>): Promise<string[]> {
  const { jobs } = await api.state({})
  return jobs.filter(({ state }) => state === 'queued' || state === 'running').map(({ id }) => id)
}

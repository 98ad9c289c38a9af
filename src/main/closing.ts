/** Closing the window while jobs run or the Lab trains asks first. */
import { type BrowserWindow, dialog } from 'electron'
import type { AppApi } from '../contract/api.ts'
import type { LabRun } from '../contract/lab-run.ts'

const WAIT = 0
const QUIT = 1

/** A run that waits loses nothing. */
const TRAINING: readonly LabRun['state'][] = ['running', 'pausing', 'stopping']

type Asked = Pick<AppApi, 'state' | 'labState' | 'cancelJobs'>

export function askBeforeClosing(window: BrowserWindow, api: Asked): void {
  let mayClose = false
  let asking = false
  window.on('close', (event) => {
    if (mayClose) return
    // What runs is only known a moment later, when it is too late to keep the window.
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

async function mayGo(window: BrowserWindow, api: Asked): Promise<boolean> {
  const { pictures, training } = await atWork(api)
  const said: string[] = []
  const details: string[] = []
  if (pictures > 0) {
    said.push(
      pictures === 1
        ? 'A picture is still being worked on.'
        : `${pictures} pictures are still being worked on.`,
    )
    details.push('What is finished is kept. What is cancelled can be started again.')
  }
  if (training !== null) {
    said.push(`“${training}” is still being trained.`)
    details.push('Its checkpoint is kept: the training can be resumed in the Lab.')
  }
  if (said.length === 0) return true
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: said.join(' '),
    detail: details.join(' '),
    buttons: ['Wait', pictures > 0 ? 'Cancel and quit' : 'Quit'],
    defaultId: WAIT,
    cancelId: WAIT,
    noLink: true,
  })
  if (response !== QUIT) return false
  // Those that finished while the question stood need no cancelling. A training is left to the app's end, which waits
  // for its checkpoint.
  const { jobs } = await atWork(api)
  if (jobs.length > 0) await api.cancelJobs({ ids: jobs })
  return true
}

/** Ids of unfinished jobs, the number of pictures that they are about, and the title of the run that trains. */
async function atWork(api: Asked): Promise<{ jobs: string[]; pictures: number; training: string | null }> {
  // A Lab that can't answer (its recipes can't be read) leaves the jobs to be asked about.
  const [state, lab] = await Promise.all([api.state({}), api.labState({}).catch(() => null)])
  const jobs = state.jobs.filter(({ state }) => state === 'queued' || state === 'running')
  const run = lab?.runs.find(({ state }) => TRAINING.includes(state))
  return {
    jobs: jobs.map(({ id }) => id),
    pictures: new Set(jobs.map(({ pictureId }) => pictureId)).size,
    training: run?.title ?? null,
  }
}

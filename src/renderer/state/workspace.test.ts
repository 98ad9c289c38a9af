import { beforeEach, expect, it } from 'vitest'
import type { AppEvent } from '../../contract/api.ts'
import type { ModelSummary } from '../../contract/model.ts'
import type { Picture } from '../../contract/picture.ts'
import { aJob, aPicture, aResult } from './testing/examples.ts'
import { aWindow, settled } from './testing/window.ts'

const reading = (name: string): Picture => aPicture(name, { state: 'reading', info: null })
const comes = (name: string): AppEvent => ({ type: 'picture', picture: reading(name) })

let it_: Awaited<ReturnType<typeof aWindow>>
beforeEach(async () => {
  it_ = await aWindow()
})

it('what was opened outside of the page is opened like what is dropped: the first of it is shown', async () => {
  const { workspace, asked, shown, happens, answer } = it_
  expect(shown()).toBe('old.jpg')
  await happens({ type: 'open', paths: ['/photos/b.jpg', '/photos/c.jpg'] })
  expect(asked).toEqual([['/photos/b.jpg', '/photos/c.jpg']])
  expect(workspace.opening, 'by this the page is changed').toBe(2)
  await happens(comes('b.jpg'))
  await happens(comes('c.jpg'))
  await answer(reading('b.jpg'), reading('c.jpg'))
  expect(shown()).toBe('b.jpg')
  expect(workspace.opening).toBe(0)
})

it('one that is on the strip already is shown, without any news of it', async () => {
  const { workspace, shown, happens, answer } = it_
  await happens(comes('b.jpg'))
  workspace.selection.only('b.jpg')
  await happens({ type: 'open', paths: ['/photos/old.jpg'] })
  await answer(aPicture('old.jpg'))
  expect(shown()).toBe('old.jpg')
})

it('is shown too if the answer comes before the news of it', async () => {
  const { workspace, shown, happens, answer } = it_
  const opened = workspace.open([{ path: '/photos/b.jpg' }])
  await settled()
  await answer(reading('b.jpg'))
  await opened
  expect(workspace.selection.ids).toEqual(['b.jpg'])
  await happens(comes('b.jpg'))
  expect(shown()).toBe('b.jpg')
})

it('pictures that are removed while their folder is opened stay removed', async () => {
  const { workspace, removed, shown, strip, happens, answer } = it_
  const opened = workspace.open([{ path: '/photos' }])
  await settled()
  for (const name of ['a.jpg', 'b.jpg']) await happens(comes(name))
  workspace.selection.all()
  await workspace.removeChosen()
  expect(removed).toEqual([['old.jpg', 'a.jpg', 'b.jpg']])
  // What was on its way when they were removed.
  await happens({ type: 'picture', picture: aPicture('a.jpg') })
  expect([strip(), shown()]).toEqual([[], null])
  for (const name of removed[0]!) await happens({ type: 'picture-removed', id: name })
  await happens(comes('c.jpg'))
  await answer(reading('a.jpg'), reading('b.jpg'), reading('c.jpg'))
  await opened
  expect(strip()).toEqual(['c.jpg'])
  expect(shown()).toBe('c.jpg')
})

it('one picture alone can be taken off the strip; the others that are chosen stay', async () => {
  const { workspace, removed, strip, happens } = it_
  for (const name of ['broken.jpg', 'c.jpg']) await happens(comes(name))
  workspace.selection.all()
  await workspace.remove(['broken.jpg'])
  expect(removed).toEqual([['broken.jpg']])
  expect(strip()).toEqual(['old.jpg', 'c.jpg'])
  expect(workspace.selection.ids).toEqual(['old.jpg', 'c.jpg'])
})

it('a picture that is being restored anew is not savable until that is done', async () => {
  const { workspace, happens } = it_
  workspace.library.models = [{ id: 'denoise-fast', task: 'denoise' } as ModelSummary]
  await happens({ type: 'picture', picture: aPicture('old.jpg', { result: aResult() }) })
  const savable = () => workspace.savable.map(({ id }) => id)
  expect(savable()).toEqual(['old.jpg'])
  await happens({ type: 'job', job: aJob('1', { pictureId: 'old.jpg', state: 'queued' }) })
  expect(savable()).toEqual([])
  await happens({ type: 'job', job: aJob('1', { pictureId: 'old.jpg', state: 'done' }) })
  expect(savable()).toEqual(['old.jpg'])
})

it('what could not be cancelled can be cancelled again', async () => {
  const { workspace, notices, cancelFails } = it_
  cancelFails()
  await workspace.cancel([aJob('1', { state: 'running' })])
  expect(notices.errors).toHaveLength(1)
  expect([...workspace.cancelling]).toEqual([])
})

it('a restoration that fails while another page is open is told of in passing', async () => {
  const { workspace, notices, happens } = it_
  const error = { code: 'out-of-memory', message: 'There was not enough memory.' } as const
  const fails = (id: string): AppEvent => ({
    type: 'job',
    job: aJob(id, { pictureId: 'old.jpg', state: 'failed', error }),
  })
  await happens(fails('1'))
  expect(notices.errors, 'it stands on the picture').toEqual([])
  workspace.page = 'lab'
  await happens(fails('2'))
  expect(notices.errors).toEqual([error.message])
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findModel, listModels, type ModelFolders } from './models.ts'
import { testApp, writeModel } from './testing/test-app.ts'

let folders: ModelFolders
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'limpid-models-'))
  folders = { shipped: join(root, 'shipped'), user: join(root, 'user') }
  writeModel(join(folders.shipped, 'fast'), { id: 'fast' })
})
afterEach(() => rmSync(root, { recursive: true }))

test('shipped models and the user’s are listed, with where they lie', async () => {
  writeModel(join(folders.user, 'mine'), { id: 'mine' })
  const { models, errors } = await listModels(folders)
  expect(errors).toEqual([])
  expect(models).toMatchObject([
    { id: 'fast', shipped: true, folder: join(folders.shipped, 'fast') },
    { id: 'mine', shipped: false, folder: join(folders.user, 'mine') },
  ])
})

test('the user’s model stands in for a shipped one of the same id', async () => {
  writeModel(join(folders.user, 'fast'), { id: 'fast', title: 'My own' })
  expect((await listModels(folders)).models).toMatchObject([{ title: 'My own', shipped: false }])
})

test('an unknown id fails and names the models that there are', async () => {
  await expect(findModel(folders, 'nope')).rejects.toMatchObject({
    code: 'model-unknown',
    hint: expect.stringContaining('fast'),
  })
})

test('a damaged model is listed nowhere, and said to be damaged', async () => {
  const folder = join(folders.user, 'broken')
  writeModel(folder, { id: 'broken', sizeMultiple: 0 })
  const { models, errors } = await listModels(folders)
  expect(models.map(({ id }) => id)).toEqual(['fast'])
  expect(errors).toMatchObject([{ code: 'model-damaged', message: expect.stringContaining('sizeMultiple') }])
  await expect(findModel(folders, 'broken')).rejects.toMatchObject({ code: 'model-damaged' })
  writeFileSync(join(folder, 'manifest.json'), '{ "id": ')
  expect((await listModels(folders)).errors).toMatchObject([{ code: 'model-damaged' }])
})

test('a face hears of a damaged model once', async () => {
  const t = await testApp()
  writeModel(join(t.folder, 'data/models/broken'), { version: 7 as never })
  await t.app.state({})
  await t.app.state({})
  const stop = new AbortController()
  const events = t.app.events(stop.signal)
  stop.abort()
  const errors: unknown[] = []
  for await (const event of events) if (event.type === 'error') errors.push(event.error)
  expect(errors).toMatchObject([{ code: 'model-damaged', message: expect.stringContaining('broken') }])
})

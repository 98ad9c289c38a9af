import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import type { LabRun } from '../../contract/lab-run.ts'
import { type TestApp, testApp, writeModel } from '../testing/test-app.ts'
import { DENSE_RECIPE } from './testing.ts'

/** An app with one system and one folder of data. */
async function labApp(): Promise<{ t: TestApp; data: string }> {
  const t = await testApp()
  mkdirSync(join(t.folder, 'recipes'))
  writeFileSync(join(t.folder, 'recipes/dense-autoencoder.json'), JSON.stringify(DENSE_RECIPE))
  const { data } = await t.app.addLabData({ folder: join(t.folder, 'leaves') })
  return { t, data: data!.id }
}

const start = async ({ t, data }: { t: TestApp; data: string }, settings = {}) =>
  (await t.app.startLabRun({ system: 'dense-autoencoder', data, settings })).run

async function runOf(t: TestApp, id: string): Promise<LabRun> {
  const { runs } = await t.app.labState({})
  return runs.find((run) => run.id === id)!
}

function until(t: TestApp, id: string, is: (run: LabRun) => boolean): Promise<LabRun> {
  const check = async () => {
    const run = await runOf(t, id)
    if (!is(run)) throw new Error(`${run.state} at step ${run.step}: ${run.error?.message}`)
    return run
  }
  return vi.waitFor(check, { timeout: 10_000, interval: 20 })
}

test('a run trains to its end: curve, figures, samples that can be seen, a model', async () => {
  const lab = await labApp()
  const { t } = lab
  const { id } = await start(lab, { steps: 30, title: 'Mine' })
  const run = await until(t, id, ({ state }) => state === 'done')
  expect(run).toMatchObject({ title: 'Mine', step: 30, steps: 30, error: null, best: { step: 30 } })
  expect(run.curve.at(-1)).toEqual([30, 1 / 30])
  expect(run.validations.map(({ step }) => step)).toEqual([10, 20, 30])
  expect(readFileSync(t.app.media(run.validations[1].samples!)!, 'utf8')).toBe('after 20 steps')
  expect(run.model).toEqual({
    id: 'dense-autoencoder-1',
    folder: join(t.folder, 'data/models/dense-autoencoder-1'),
  })
  expect(t.app.media(`lab/runs/${id}/..%2frun.json`)).toBe(null)
})

test('a run without steps has figures and a sample like any other, and no training loss', async () => {
  const { t, data } = await labApp()
  const pca = { ...DENSE_RECIPE, id: 'pca', title: 'PCA', training: { method: 'pca' } }
  writeFileSync(join(t.folder, 'recipes/pca.json'), JSON.stringify(pca))
  const { id } = (await t.app.startLabRun({ system: 'pca', data, settings: { title: 'PCA' } })).run
  const run = await until(t, id, ({ state }) => state === 'done')
  expect(run).toMatchObject({ step: 0, steps: 0, curve: [], best: { step: 0 } })
  expect(run.validations).toMatchObject([{ step: 0, figures: { 'validation loss': 2, MSE: 1 } }])
  expect(readFileSync(t.app.media(run.validations[0].samples!)!, 'utf8')).toBe('after 0 steps')
  const path = join(t.folder, 'curves.csv')
  await t.app.exportLabRuns({ ids: [id], what: 'csv', path })
  expect(readFileSync(path, 'utf8').split('\r\n')[1]).toBe('PCA,0,,2,1')
})

test('a run goes on while the library can’t be written, and its row is written later', async () => {
  const lab = await labApp()
  const { t } = lab
  const change = (sql: string) => {
    const db = new DatabaseSync(join(t.folder, 'data/limpid.db'), { timeout: 5000 })
    db.exec(sql)
    db.close()
  }
  const errors: string[] = []
  void (async () => {
    for await (const event of t.app.events()) if (event.type === 'error') errors.push(event.error.message)
  })()
  const { id } = await start(lab, { steps: 60 })
  change("CREATE TRIGGER no BEFORE UPDATE ON lab_runs BEGIN SELECT RAISE(ABORT, 'full'); END")
  await until(t, id, ({ state }) => state === 'done')
  expect(errors).toEqual([expect.stringContaining('full')])
  change('DROP TRIGGER no')
  await t.reopen()
  expect(await runOf(t, id)).toMatchObject({ state: 'done', step: 60 })
})

test('a system tells how it would learn, by settings and by how many pictures there are', async () => {
  const { t, data } = await labApp()
  const system = 'dense-autoencoder'
  const told = await t.app.describeSystem({ system, data, settings: {} })
  expect(told).toMatchObject({ parameterCount: 100, training: { batch: 64, length: { epochs: 600 } } })
  const own = await t.app.describeSystem({ system, data: null, settings: {} })
  expect(own.training).toMatchObject({ length: { epochs: 2 } })
  const asked = await t.app.describeSystem({ system, data, settings: { steps: 50 } })
  expect(asked.training).toMatchObject({ length: { steps: 50 } })
})

test('a run pauses, goes on from there, and a stopped one keeps the best it has', async () => {
  const lab = await labApp()
  const { t } = lab
  const { id } = await start(lab, { steps: 3000 })
  await until(t, id, ({ step }) => step > 12)
  await t.app.pauseLabRun({ id })
  const paused = await until(t, id, ({ state }) => state === 'paused')
  expect(paused.best?.step).toBe(paused.step)
  await t.app.resumeLabRun({ id })
  const resumed = await until(t, id, ({ step }) => step > paused.step)
  expect(resumed.best).toBe(null) // what was the best need not be it any more
  await t.app.stopLabRun({ id })
  const stopped = await until(t, id, ({ state }) => state === 'done')
  expect(stopped.step).toBeGreaterThan(paused.step)
  expect(stopped.step).toBeLessThan(3000)
  expect(stopped.model).not.toBe(null)
  await expect(t.app.pauseLabRun({ id })).rejects.toMatchObject({ code: 'bad-request' })
})

test('one trains at a time, in order; a queued one can be removed', async () => {
  const lab = await labApp()
  const { t } = lab
  const first = await start(lab, { steps: 3000 })
  const second = await start(lab, { steps: 20 })
  expect(second.recipe.id).toBe('dense-autoencoder-2')
  await until(t, first.id, ({ step }) => step > 2)
  expect((await runOf(t, second.id)).state).toBe('queued')
  await t.app.removeLabRun({ id: first.id })
  await until(t, second.id, ({ state }) => state === 'done')
  expect((await t.app.labState({})).runs.map(({ id }) => id)).toEqual([second.id])
})

test('a stopped run becomes a model before another trains, and at the next start if Limpid ends meanwhile', async () => {
  const lab = await labApp()
  const { t } = lab
  const [first, second, third] = [
    await start(lab, { steps: 3000 }),
    await start(lab, { steps: 3000 }),
    await start(lab, { steps: 3000 }),
  ]
  await until(t, first.id, ({ step }) => step > 2)
  await t.app.pauseLabRun({ id: first.id })
  await until(t, second.id, ({ step }) => step > 2)
  await t.app.resumeLabRun({ id: first.id })
  await t.app.stopLabRun({ id: second.id })
  expect((await until(t, second.id, ({ state }) => state === 'done')).model).not.toBe(null)
  await until(t, first.id, ({ state, step }) => state === 'running' && step > 12)
  await t.app.stopLabRun({ id: first.id })
  await t.reopen()
  expect((await until(t, first.id, ({ state }) => state === 'done')).model).not.toBe(null)
  expect((await runOf(t, third.id)).state).toBe('interrupted')
})

test('a model outlives its run: a new run writes over none, nor do two that are asked for at once', async () => {
  const lab = await labApp()
  const { t } = lab
  const { id } = await start(lab, { steps: 20 })
  const { model } = await until(t, id, ({ state }) => state === 'done')
  await t.app.removeLabRun({ id })
  writeModel(join(t.folder, 'models/somebodys'), { id: 'dense-autoencoder-2' })
  const both = await Promise.all([start(lab, { steps: 10 }), start(lab, { steps: 10 })])
  expect(both.map(({ recipe }) => recipe.id).sort()).toEqual(['dense-autoencoder-3', 'dense-autoencoder-4'])
  for (const run of both) await until(t, run.id, ({ state }) => state === 'done')
  expect(readFileSync(join(model!.folder, 'weights.bin'), 'utf8')).toBe('after 20 steps')
})

test('a loss that is no number names the step, and the run goes on from its checkpoint, slower', async () => {
  const lab = await labApp()
  const { t } = lab
  const { id } = await start(lab, { steps: 30, learningRate: 0.9 })
  const failed = await until(t, id, ({ state }) => state === 'failed')
  expect(failed.error).toMatchObject({ code: 'training-diverged', retry: { step: 10, learningRate: 0.1 } })
  await t.app.resumeLabRun({ id, learningRate: failed.error!.retry!.learningRate })
  const done = await until(t, id, ({ state }) => state === 'done')
  expect(done.curve.map(([step]) => step).filter((step) => step === 11)).toHaveLength(1)
  expect(done.recipe).toMatchObject({ training: { optimizer: { learningRate: 0.1 } } })
})

test('a run outlives the app as interrupted, with its curve and data', async () => {
  const lab = await labApp()
  const { t } = lab
  const { id } = await start(lab, { steps: 3000 })
  await until(t, id, ({ validations }) => validations.length > 1)
  await t.reopen()
  const run = await runOf(t, id)
  expect(run.state).toBe('interrupted')
  expect(run.validations.length).toBeGreaterThan(1)
  expect((await t.app.labState({})).data).toMatchObject([{ id: lab.data, title: 'leaves' }])
  await t.app.resumeLabRun({ id })
  await until(t, id, ({ step }) => step > run.step)
})

test('data with problems is told and not kept; files handed over one by one become a folder', async () => {
  const { t } = await labApp()
  const { data, problems } = await t.app.addLabData({ folder: join(t.folder, 'empty') })
  expect(data).toBe(null)
  expect(problems).toMatchObject([{ message: 'It holds no picture.' }])
  const files = [
    { path: t.write('1.png', 'one'), name: 'image/a.png' },
    { path: t.write('2.png', 'two'), name: '../../mask/a.png' },
  ]
  const gathered = await t.app.gatherLabData({ title: 'pairs', files })
  const { folder } = gathered.data!.findings
  expect(readFileSync(join(folder, 'image/a.png'), 'utf8')).toBe('one')
  expect(readFileSync(join(folder, 'mask/a.png'), 'utf8')).toBe('two')
  await t.app.removeLabData({ id: gathered.data!.id })
  expect(() => readFileSync(join(folder, 'image/a.png'))).toThrow(/ENOENT/)
})

test('curves are saved as a table, of two runs together; nothing is replaced unasked', async () => {
  const lab = await labApp()
  const { t } = lab
  const ids = [(await start(lab, { steps: 10, title: 'A, "b"' })).id, (await start(lab, { steps: 20 })).id]
  for (const id of ids) await until(t, id, ({ state }) => state === 'done')
  const path = join(t.folder, 'curves.csv')
  await t.app.exportLabRuns({ ids, what: 'csv', path })
  const lines = readFileSync(path, 'utf8').trimEnd().split('\r\n')
  expect(lines[0]).toBe('run,step,training loss,validation loss,MSE')
  expect(lines).toHaveLength(1 + 10 + 20)
  expect(lines[10]).toBe('"A, ""b""",10,0.1,0.2,0.1')
  const zip = join(t.folder, 'model.zip')
  await t.app.exportLabRuns({ ids: [ids[1]], what: 'zip', path: zip })
  expect(readFileSync(zip).toString('latin1')).toContain('dense-autoencoder-2/weights.bin')
  await expect(t.app.exportLabRuns({ ids, what: 'csv', path })).rejects.toMatchObject({ code: 'file-exists' })
  const { download } = await t.app.exportLabRuns({ ids, what: 'csv', path: null })
  expect(readFileSync(t.app.media(download!)!, 'utf8').split('\r\n')[0]).toBe(lines[0])
})

test('curves are drawn of the measure that is shown; of one that nobody measured there are none', async () => {
  const lab = await labApp()
  const { t } = lab
  const ids = [
    (await start(lab, { steps: 10, title: 'A' })).id,
    (await start(lab, { steps: 20, title: 'B' })).id,
  ]
  for (const id of ids) await until(t, id, ({ state }) => state === 'done')
  const draw = async (of: string[], name: string, measure?: string) => {
    const path = join(t.folder, name)
    await t.app.exportLabRuns({ ids: of, what: 'png', measure, path })
    return JSON.parse(readFileSync(path, 'utf8'))
  }
  const mse = await draw(ids, 'mse.png', 'MSE')
  expect(mse).toMatchObject({ title: 'Training runs', y: 'MSE', logarithmic: false })
  expect(mse.series.map(({ name }: { name: string }) => name)).toEqual(['A: validation', 'B: validation'])
  expect(mse.series[0].points.at(-1)).toEqual([10, 0.1])
  const loss = await draw([ids[0]], 'loss.png')
  expect(loss).toMatchObject({ title: 'A', y: 'loss', logarithmic: true })
  expect(loss.series.map(({ name }: { name: string }) => name)).toEqual(['training', 'validation'])
  await expect(draw(ids, 'f1.png', 'F1')).rejects.toMatchObject({ code: 'bad-request' })
})

test('a tool runs on a finished model and shows what it made; on an unfinished one it is refused', async () => {
  const lab = await labApp()
  const { t, data } = lab
  const done = await start(lab, { steps: 10 })
  await until(t, done.id, ({ state }) => state === 'done')
  const { picture, cells, facts } = await t.app.useLabTool({ id: done.id, tool: 'anomalies', data })
  expect(readFileSync(t.app.media(picture)!, 'utf8')).toBe('a sheet')
  expect(facts).toContainEqual({ name: 'Strangest', value: 'odd.png' })
  expect(cells).toEqual({ columns: 1, items: [{ index: 3, name: 'odd.png' }] })
  const small = await t.app.useLabTool({ id: done.id, tool: 'compression', data })
  // Of two pictures the entropy of their codes says nothing.
  expect(small.facts.slice(1, 4).map(({ value }) => value)).toEqual([32, 8 + 256 / 2, 20])
  await expect(t.app.useLabTool({ id: done.id, tool: 'similar', data: null })).rejects.toThrow(/No pictures/)
  const { id } = await start(lab, { steps: 3000 })
  await expect(t.app.useLabTool({ id, tool: 'anomalies', data })).rejects.toThrow(/no model yet/)
})

test('a tool at work on a run can be stopped, and used again', async () => {
  const lab = await labApp()
  const { t, data } = lab
  const { id } = await start(lab, { steps: 10 })
  await until(t, id, ({ state }) => state === 'done')
  const { data: slow } = await t.app.addLabData({ folder: join(t.folder, 'slow leaves') })
  const stopped = t.app.useLabTool({ id, tool: 'anomalies', data: slow!.id })
  const refused = expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
  await t.app.cancelLabTools({ id: 'another' }) // is none of its business
  await t.app.cancelLabTools({ id })
  await refused
  const { picture } = await t.app.useLabTool({ id, tool: 'anomalies', data })
  expect(readFileSync(t.app.media(picture)!, 'utf8')).toBe('a sheet')
})

test('between two pictures and like one: those that were asked for; the manifold needs no pictures', async () => {
  const lab = await labApp()
  const { t, data } = lab
  const { id } = await start(lab, { steps: 10 })
  await until(t, id, ({ state }) => state === 'done')
  const similar = await t.app.useLabTool({ id, tool: 'similar', data, items: [7] })
  expect(similar.cells?.items).toEqual([
    { index: 7, name: '7.png' },
    { index: 8, name: '8.png' },
  ])
  const between = await t.app.useLabTool({ id, tool: 'between', data, items: [4, 2] })
  expect(between.facts.slice(0, 2)).toEqual([
    { name: 'From', value: '4.png' },
    { name: 'to', value: '2.png' },
  ])
  await t.app.removeLabData({ id: data })
  const manifold = await t.app.useLabTool({ id, tool: 'manifold', data: null })
  expect(readFileSync(t.app.media(manifold.picture)!, 'utf8')).toBe('manifold')
})

test('a line of text goes through the model of its task; both pictures can be seen', async () => {
  const { t } = await labApp()
  const line = { kind: 'text', text: 'abc', sigma: 60, seed: 1 } as const
  const made = await t.app.prepareLabText({ line, task: 'denoise' })
  expect(readFileSync(t.app.media(made.noisy)!, 'utf8')).toBe('abc with noise')
  expect(readFileSync(t.app.media(made.cleaned)!, 'utf8')).toBe('abc by denoise-test')
  expect(made.characterErrorRate).toEqual({ before: 0.5, after: 0 })
  await expect(t.app.prepareLabText({ line, task: 'document-clean' })).rejects.toMatchObject({
    code: 'model-unknown',
  })
})

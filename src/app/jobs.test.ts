import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { DENOISE, testApp } from './testing/test-app.ts'

const steps = [...DENOISE]
afterEach(() => {
  vi.unstubAllEnvs()
})

test('restoring makes a result at full strength that can be shown', async () => {
  const t = await testApp()
  const [{ id }] = await t.add(t.write('a.png'))
  const { jobs } = await t.app.restore({ ids: [id], steps })
  expect(jobs).toMatchObject([{ kind: 'restore', pictureId: id, state: 'queued', error: null }])
  await t.jobIs(jobs[0].id, 'done')
  const { result } = await t.picture(id)
  expect(result).toMatchObject({ steps: [{ ...DENOISE[0], strength: 1 }], backend: 'wasm', savedTo: null })
  expect(result?.removedNoise?.sigma).toBe(4)
  for (const media of [result?.view, result?.noiseMap])
    expect(readFileSync(t.app.media(media!)!)).not.toHaveLength(0)
})

test('jobs run in the order that they were asked for, and faces see each state', async () => {
  const t = await testApp()
  const pictures = await t.add(t.write('a.png'), t.write('b.png'), t.write('c.png'))
  const stop = new AbortController()
  const events = t.app.events(stop.signal)
  const ids = pictures.map(({ id }) => id)
  const { jobs } = await t.app.restore({ ids, steps })
  const seen: string[] = []
  let ended = 0
  for await (const event of events) {
    if (event.type !== 'job') continue
    seen.push(`${ids.indexOf(event.job.pictureId)} ${event.job.state}`)
    if (event.job.state === 'done') ended++
    if (ended === jobs.length) stop.abort()
  }
  expect(seen.filter((line) => !line.endsWith('queued'))).toEqual([
    '0 running',
    '0 done',
    '1 running',
    '1 done',
    '2 running',
    '2 done',
  ])
})

test.each(['is left at that', 'is opened again'])(
  'nothing is kept of a picture that is changed while it is restored and %s',
  async (then) => {
    const t = await testApp()
    const [{ id, path }] = await t.add(t.write('brief.png'))
    const { jobs } = await t.app.restore({ ids: [id], steps })
    const result = join(t.folder, 'cache/pictures', id, jobs[0].id, 'result.tif')
    await vi.waitFor(() => expect(existsSync(result)).toBe(true), { timeout: 10_000, interval: 10 })
    writeFileSync(path, 'a picture of another length')
    if (then === 'is opened again') await t.add(path)
    const { error } = await t.jobIs(jobs[0].id, 'failed')
    expect(error).toMatchObject({ file: path, message: expect.stringContaining('was changed') })
    const [picture] = await t.add(path)
    expect(picture).toMatchObject({ state: 'ready', result: null })
    expect(picture.info!.width).toBe('a picture of another length'.length)
  },
)

test('a queued job and a running one can be cancelled', async () => {
  const t = await testApp()
  const [slow, next, last] = await t.add(t.write('slow.png'), t.write('next.png'), t.write('last.png'))
  const { jobs } = await t.app.restore({ ids: [slow.id, next.id, last.id], steps })
  await t.jobIs(jobs[0].id, 'running')
  await t.app.cancelJobs({ ids: [jobs[1].id, jobs[0].id, 'unknown'] })
  await t.jobIs(jobs[0].id, 'cancelled')
  await t.jobIs(jobs[1].id, 'cancelled')
  await t.jobIs(jobs[2].id, 'done')
  expect((await t.picture(slow.id)).result).toBe(null)
  expect(readdirSync(join(t.folder, 'cache/pictures', slow.id))).not.toContain(jobs[0].id)
})

test('a job that does not heed the cancel ends all the same', async () => {
  const t = await testApp()
  const [stubborn, next] = await t.add(t.write('stubborn.png'), t.write('next.png'))
  const { jobs } = await t.app.restore({ ids: [stubborn.id, next.id], steps })
  await t.jobIs(jobs[0].id, 'running')
  await t.app.cancelJobs({ ids: [jobs[0].id] })
  await t.jobIs(jobs[0].id, 'cancelled')
  await t.jobIs(jobs[1].id, 'done')
})

test('a crash of the engine fails its job, names the file, and the next job runs', async () => {
  const t = await testApp()
  const [crash, next] = await t.add(t.write('crash.png'), t.write('next.png'))
  const { jobs } = await t.app.restore({ ids: [crash.id, next.id], steps })
  const failed = await t.jobIs(jobs[0].id, 'failed')
  expect(failed.error).toMatchObject({
    code: 'engine-crashed',
    message: expect.stringContaining('crash.png'),
  })
  await t.jobIs(jobs[1].id, 'done')
})

test('what the end of the app cuts short is interrupted at the next start, and runs when resumed', async () => {
  const t = await testApp()
  const [slow, next, done] = await t.add(t.write('slow.png'), t.write('next.png'), t.write('done.png'))
  const earlier = await t.app.restore({ ids: [done.id], steps })
  await t.jobIs(earlier.jobs[0].id, 'done')
  const { jobs } = await t.app.restore({ ids: [slow.id, next.id], steps })
  await t.jobIs(jobs[0].id, 'running')
  await t.reopen()
  const state = await t.app.state({})
  expect(state.jobs.map(({ id, state }) => [id, state])).toEqual([
    [jobs[0].id, 'interrupted'],
    [jobs[1].id, 'interrupted'],
  ])
  const resumed = await t.app.resumeJobs({})
  expect(resumed.jobs.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id))
  await t.jobIs(jobs[0].id, 'running')
  await t.app.cancelJobs({ ids: [jobs[0].id] })
  await t.jobIs(jobs[1].id, 'done')
  expect((await t.picture(next.id)).result).not.toBe(null)
})

test('what was cancelled before the end of the app stays cancelled', async () => {
  const t = await testApp({ cancelGraceMs: 5000 })
  const [stubborn] = await t.add(t.write('stubborn.png'))
  const { jobs } = await t.app.restore({ ids: [stubborn.id], steps })
  await t.jobIs(jobs[0].id, 'running')
  await t.app.cancelJobs({ ids: [jobs[0].id] }) // it has not ended when the app does
  await t.reopen()
  expect((await t.app.state({})).jobs).toEqual([])
})

test('a save for a browser that the end of the app cuts short is not offered again; one to a file is', async () => {
  const t = await testApp()
  const [{ id }] = await t.add(t.write('slow.png'))
  const { jobs } = await t.app.restore({ ids: [id], steps })
  await t.app.export({ id, strength: 1, path: null })
  const { job } = await t.app.export({ id, strength: 1, path: join(t.folder, 'out.png') })
  for (const _ of [1, 2]) {
    await t.reopen()
    const interrupted = (await t.app.state({})).jobs.map(({ id, state }) => [id, state])
    expect(interrupted).toEqual([jobs[0], job].map(({ id }) => [id, 'interrupted']))
  }
})

test('progress is pushed and never goes into another state', async () => {
  const t = await testApp()
  const [slow] = await t.add(t.write('slow.png'))
  const stop = new AbortController()
  const events = t.app.events(stop.signal)
  const { jobs } = await t.app.restore({ ids: [slow.id], steps })
  for await (const event of events) {
    if (event.type !== 'job') continue
    if (event.job.progress) {
      expect(event.job).toMatchObject({ state: 'running', progress: { label: 'Working' } })
      await t.app.cancelJobs({ ids: [jobs[0].id] })
    }
    if (event.job.state === 'cancelled') stop.abort()
  }
  expect(await t.job(jobs[0].id)).toMatchObject({
    state: 'cancelled',
    progress: null,
    error: { code: 'cancelled' },
  })
})

test('an unknown model or picture is refused before anything is queued', async () => {
  const t = await testApp()
  const [{ id }] = await t.add(t.write('a.png'))
  const unknown = t.app.restore({ ids: [id], steps: [{ task: 'denoise', model: 'nope' }] })
  await expect(unknown).rejects.toMatchObject({
    code: 'model-unknown',
    hint: expect.stringContaining('denoise-test'),
  })
  await expect(t.app.restore({ ids: [id, 'nope'], steps })).rejects.toMatchObject({ code: 'bad-request' })
  expect((await t.app.state({})).jobs).toEqual([])
})

test('a long restoration keeps nobody from reading the next picture', async () => {
  const t = await testApp()
  const [slow] = await t.add(t.write('slow.png'))
  const { jobs } = await t.app.restore({ ids: [slow.id], steps })
  await t.jobIs(jobs[0].id, 'running')
  expect((await t.add(t.write('b.png')))[0].state).toBe('ready')
})

test('a job outlives an app that was killed', async () => {
  const t = await testApp()
  const path = t.write('slow.png')
  await t.app.close()
  const script = join(import.meta.dirname, 'testing/run-until-killed.ts')
  const other = fork(script, [t.folder, path], { execArgv: [] })
  const [id] = await once(other, 'message')
  other.kill('SIGKILL')
  await once(other, 'exit')
  await t.reopen()
  expect((await t.app.state({})).jobs).toMatchObject([{ id, state: 'interrupted' }])
  await t.app.resumeJobs({})
  await t.jobIs(id, 'running')
})

test('several pictures of a batch run at a time where the engine has workers for them', async () => {
  vi.stubEnv('LIMPID_WORKERS', '2')
  const t = await testApp()
  const pictures = await t.add(t.write('slow-1.png'), t.write('slow-2.png'), t.write('slow-3.png'))
  const { jobs } = await t.app.restore({ ids: pictures.map(({ id }) => id), steps })
  await t.jobIs(jobs[0].id, 'running')
  await t.jobIs(jobs[1].id, 'running')
  expect((await t.job(jobs[2].id)).state).toBe('queued')
  await t.app.cancelJobs({ ids: [jobs[1].id] })
  await t.jobIs(jobs[1].id, 'cancelled')
  await t.jobIs(jobs[2].id, 'running')
  expect((await t.job(jobs[0].id)).state).toBe('running')
})

test('two restorations of one picture run one after the other: the later one is what it is left with', async () => {
  vi.stubEnv('LIMPID_WORKERS', '2')
  const t = await testApp()
  const [slow] = await t.add(t.write('slow.png'))
  const first = await t.app.restore({ ids: [slow.id], steps })
  const second = await t.app.restore({ ids: [slow.id], steps })
  await t.jobIs(first.jobs[0].id, 'running')
  expect((await t.job(second.jobs[0].id)).state).toBe('queued')
  await t.app.cancelJobs({ ids: [first.jobs[0].id] })
  await t.jobIs(second.jobs[0].id, 'running')
})

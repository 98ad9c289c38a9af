import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { BackendName } from '../contract/backend.ts'
import type { EngineInput } from '../contract/engine-protocol.ts'
import { EngineProcess } from './engine-process.ts'
import { Engines } from './engines.ts'
import { Events } from './events.ts'

const entry = join(import.meta.dirname, 'testing/fake-engine.ts')
let folder: string
let engine: EngineProcess
let backend: BackendName | null

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'limpid-engine-'))
  backend = null
  engine = new EngineProcess({ entry, cancelGraceMs: 100, closeGraceMs: 100, backend: () => backend })
})
afterEach(async () => {
  await engine.close()
  rmSync(folder, { recursive: true })
  vi.unstubAllEnvs()
})

function job(name: string): EngineInput<'restore'> {
  const path = join(folder, name)
  writeFileSync(path, name)
  return { path, folder, steps: [{ task: 'denoise', folder: 'models/x', strength: 1 }] }
}

describe('an engine process', () => {
  test('runs a job and gives its output', async () => {
    expect(await engine.run('restore', job('photo.png'))).toMatchObject({ result: 'result.tif' })
  })

  test('runs jobs in the order they were asked for', async () => {
    const ended: string[] = []
    const names = ['a.png', 'bad.png', 'c.png']
    const runs = names.map((name) => {
      const { path, folder } = job(name)
      return engine.run('inspect', { path, folder }).then(
        () => ended.push(name),
        (error) => ended.push(`${name} ${error.code}`),
      )
    })
    await Promise.all(runs)
    expect(ended).toEqual(['a.png', 'bad.png not-a-picture', 'c.png'])
  })

  test('refuses an input that does not fit, naming the field', async () => {
    const input = { ...job('photo.png'), steps: [] }
    await expect(engine.run('restore', input)).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('"steps"'),
    })
  })

  test('stops a running job that is cancelled, in the same process', async () => {
    const before = await engine.run('warmup', {})
    backend = 'cpu' // would show if a new process were started
    const stop = new AbortController()
    const run = engine.run('restore', job('slow.png'), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(await engine.run('warmup', {})).toEqual(before)
  })

  test('kills a job that does not heed the cancel, and goes on with a fresh process', async () => {
    await engine.run('warmup', {})
    backend = 'cpu'
    const stop = new AbortController()
    const run = engine.run('restore', job('stubborn.png'), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    const next = engine.run('warmup', {})
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(await next).toMatchObject({ name: 'cpu' })
  })

  test('takes a waiting job that is cancelled off the queue at once', async () => {
    const first = new AbortController()
    const running = engine.run('restore', job('slow.png'), { signal: first.signal })
    const stop = new AbortController()
    const waiting = engine.run('restore', job('photo.png'), { signal: stop.signal })
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    first.abort()
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('a crash fails the job that it happened in, with what was done and what was said; the next one runs', async () => {
    const crash = engine.run('restore', job('crash.png'))
    const next = engine.run('restore', job('photo.png'))
    const error = await crash.catch((error) => error)
    expect(error).toMatchObject({ code: 'engine-crashed' })
    expect(error.message).toContain('restoring crash.png')
    expect(error.cause.message).toContain('Segmentation fault')
    expect(await next).toMatchObject({ result: 'result.tif' })
  })

  test.each(['garbage.png', 'misfit.png'])('a message that does not fit fails its job (%s)', async (name) => {
    await expect(engine.run('restore', job(name))).rejects.toMatchObject({ code: 'internal' })
    expect(await engine.run('restore', job('photo.png'))).toMatchObject({ result: 'result.tif' })
  })

  test('an engine that is not there is an error of the job', async () => {
    const absent = new EngineProcess({ entry: join(folder, 'absent.ts') })
    await expect(absent.run('warmup', {})).rejects.toMatchObject({ code: 'engine-crashed' })
    const noNode = new EngineProcess({ entry, execPath: join(folder, 'no-node') })
    await expect(noNode.run('warmup', {})).rejects.toMatchObject({ code: 'engine-crashed' })
  })

  test('restarting gives the next job a process with the new backend', async () => {
    expect(await engine.run('warmup', {})).toMatchObject({ name: 'wasm' })
    backend = 'cpu'
    engine.restart()
    expect(await engine.run('warmup', {})).toMatchObject({ name: 'cpu' })
  })

  test('closing cancels what runs and what waits', async () => {
    const { promise: started, resolve: onProgress } = Promise.withResolvers<unknown>()
    const running = engine.run('restore', job('stubborn.png'), { onProgress })
    const waiting = engine.run('restore', job('photo.png'))
    const outcomes = Promise.allSettled([running, waiting])
    await started
    await engine.close()
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } })
    }
  })
})

describe('an engine process with several workers', () => {
  beforeEach(async () => {
    vi.stubEnv('LIMPID_WORKERS', '3')
    await engine.run('warmup', {})
  })

  /** Runs a job for each name at once; how each ended. */
  async function outcomes(...names: string[]): Promise<string[]> {
    const runs = names.map((name) =>
      engine.run('restore', job(name)).then(
        () => 'done',
        (error) => error.code,
      ),
    )
    return Promise.all(runs)
  }

  test('takes as many restorations at a time, and everything else alone', async () => {
    expect(engine.width).toBe(3)
    const stop = new AbortController()
    const atWork = new Set<number>()
    const runs = [0, 1, 2, 3].map((n) =>
      engine.run('restore', job(`slow-${n}.png`), {
        signal: stop.signal,
        onProgress: () => atWork.add(n),
      }),
    )
    let warm = false
    const alone = engine.run('warmup', {}).then(() => {
      warm = true
    })
    await vi.waitFor(() => expect(atWork.size).toBe(3))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([...atWork].sort()).toEqual([0, 1, 2])
    expect(warm).toBe(false)
    stop.abort()
    for (const outcome of await Promise.allSettled(runs)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } })
    }
    await alone
  })

  test('a crash fails the job that did it; those that were at work beside it are done all the same', async () => {
    const names = ['brief-1.png', 'crash.png', 'brief-2.png', 'photo.png']
    expect(await outcomes(...names)).toEqual(['done', 'engine-crashed', 'done', 'done'])
    const blamed = await engine.run('restore', job('crash.png')).catch((error) => error)
    expect(blamed.message).toContain('crash.png')
  })

  test('nonsense from the engine fails the job that it is about, and no other', async () => {
    const names = ['brief-1.png', 'misfit.png', 'garbage.png', 'photo.png']
    expect(await outcomes(...names)).toEqual(['done', 'internal', 'internal', 'done'])
  })

  test('killing a job that does not heed its cancel costs the others nothing', async () => {
    const stop = new AbortController()
    const stubborn = engine.run('restore', job('stubborn.png'), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    const others = outcomes('brief-1.png', 'brief-2.png', 'photo.png')
    await expect(stubborn).rejects.toMatchObject({ code: 'cancelled' })
    expect(await others).toEqual(['done', 'done', 'done'])
  })

  test('closing cancels all that run', async () => {
    const others = outcomes('slow-1.png', 'stubborn.png', 'slow-2.png', 'photo.png')
    await new Promise((resolve) => setTimeout(resolve, 100))
    await engine.close()
    expect(await others).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled'])
  })
})

test('a process that says that it ends gets no other job: the next one has a fresh process', async () => {
  const ending = engine.run('restore', job('ending.png'))
  const next = engine.run('restore', job('photo.png'))
  await expect(ending).rejects.toMatchObject({ code: 'internal', message: 'Something was thrown.' })
  expect(await next).toMatchObject({ result: 'result.tif' })
})

describe('a backend that ends the process as it starts', () => {
  const problem = 'It crashes as it starts: the engine was ended by SIGILL.'

  test('is passed over from then on, with the reason, and what waited for it is done on the next best', async () => {
    vi.stubEnv('FAKE_CRASHING', 'SIGILL')
    const runs = [engine.run('warmup', {}), engine.run('restore', job('photo.png'))]
    expect(await Promise.all(runs)).toMatchObject([
      { name: 'wasm', passedOver: [{ name: 'tensorflow', problem }] },
      { result: 'result.tif' },
    ])
    engine.restart()
    expect(await engine.run('warmup', {})).toMatchObject({ passedOver: [{ name: 'tensorflow', problem }] })
  })

  test('is passed over by every engine of the app', async () => {
    vi.stubEnv('FAKE_CRASHING', 'SIGILL')
    const engines = new Engines({ entry, backend: () => null }, new Events())
    // Both start it, both crash.
    await Promise.all([engines.restoration.run('warmup', {}), engines.lab.run('warmup', {})])
    expect(await engines.training.run('warmup', {})).toMatchObject({ passedOver: [{ problem }] })
    expect((await engines.doctor()).chosen).toMatchObject({ passedOver: [{ problem }] })
    await engines.close()
  })

  test('is not to blame where somebody else ended the process', async () => {
    vi.stubEnv('FAKE_CRASHING', 'SIGTERM')
    await expect(engine.run('warmup', {})).rejects.toMatchObject({ code: 'engine-crashed' })
    vi.stubEnv('FAKE_CRASHING', '')
    expect(await engine.run('warmup', {})).toMatchObject({ passedOver: [] })
  })
})

test('another backend in the settings reaches every engine that computes', async () => {
  const engines = new Engines({ entry, backend: () => backend }, new Events())
  const all = [engines.restoration, engines.training, engines.lab]
  const names = async () =>
    (await Promise.all(all.map((one) => one.run('warmup', {})))).map(({ name }) => name)
  expect(await names()).toEqual(['wasm', 'wasm', 'wasm'])
  backend = 'cpu'
  engines.followBackend()
  expect(await names()).toEqual(['cpu', 'cpu', 'cpu'])
  await engines.close()
})

test('a doctor at work ends with its app, and none begins after that', async () => {
  vi.stubEnv('FAKE_SLOW_DOCTOR', 'yes')
  const engines = new Engines({ entry, backend: () => null }, new Events())
  const found = Promise.allSettled([engines.doctor()])
  await new Promise((resolve) => setTimeout(resolve, 500))
  await engines.close()
  expect(await found).toMatchObject([{ status: 'rejected', reason: { code: 'cancelled' } }])
  await expect(engines.doctor()).rejects.toMatchObject({ code: 'cancelled' })
})

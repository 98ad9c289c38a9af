import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportBackend } from './report.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-report-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Has the child do that instead of trying a backend. */
async function child(code: string): Promise<URL> {
  const file = path.join(folder, `${Math.random()}.mjs`)
  await writeFile(file, code)
  return pathToFileURL(file)
}

const usable = {
  name: 'tensorflow',
  usable: true,
  device: 'TensorFlow',
  problem: null,
  remedy: null,
  gigaflops: 90,
  startMs: 800,
}

describe("the doctor's report of a backend", () => {
  it('says that it works, on what, how fast it computes and trains, and how long it takes to start', async () => {
    const report = await reportBackend('wasm')
    expect(report).toMatchObject({
      name: 'wasm',
      usable: true,
      device: 'WebAssembly with SIMD',
      problem: null,
      remedy: null,
    })
    expect(report.gigaflops).toBeGreaterThan(0.05)
    expect(report.trainingGigaflops).toBeGreaterThan(0.01)
    expect(report.startMs).toBeGreaterThan(1)
    expect(report.memory).toBeGreaterThan(1e9)
    expect(report.memory).toBeLessThanOrEqual(2 ** 32)
  })

  it('says so when trying it kills the process', async () => {
    const script = await child("process.kill(process.pid, 'SIGILL')")
    const report = await reportBackend('tensorflow', { script })
    expect(report).toMatchObject({ name: 'tensorflow', usable: false, died: true, gigaflops: null })
    expect(report.problem).toBe('It crashes as it starts or computes (SIGILL).')
    expect(report.remedy).toContain('npm run setup:tensorflow')
  })

  it('says so when it hangs', async () => {
    const script = await child('setInterval(() => {}, 1000)')
    const report = await reportBackend('webgpu', { script, patienceMs: 300 })
    expect(report).toMatchObject({
      usable: false,
      died: true,
      problem: 'It does not answer.',
      remedy: "Update the GPU's driver.",
    })
  })

  it('ends the process it tries one in when nobody wants to know any more', async () => {
    const script = await child('setInterval(() => {}, 1000)')
    const stop = new AbortController()
    const reporting = reportBackend('webgpu', { script, signal: stop.signal })
    setTimeout(() => stop.abort(), 300)
    expect((await reporting).usable).toBe(false)
  })

  it('tries nothing on when the doctor is gone', async () => {
    const script = new URL('./report-child.ts', import.meta.url)
    const orphan = fork(script, ['wasm'], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    orphan.disconnect()
    const [code] = await once(orphan, 'exit')
    expect(code).toBe(1) // 0: it reported to nobody
  })

  it('names the CUDA libraries that TensorFlow misses', async () => {
    const script = await child(`
      console.error("W dso_loader.cc: Could not load dynamic library 'libcudnn.so.9'; dlerror: …")
      process.send(${JSON.stringify(usable)})`)
    const report = await reportBackend('tensorflow', { script })
    expect(report.usable).toBe(true)
    expect(report.note).toContain('it misses libcudnn.so.9')
  })

  it('has TensorFlow say which libraries it looks for', async () => {
    const script = await child(`
      const { TF_CPP_VMODULE, TF_CPP_MIN_LOG_LEVEL } = process.env
      process.send({ ...${JSON.stringify(usable)}, device: TF_CPP_VMODULE + ' ' + TF_CPP_MIN_LOG_LEVEL })`)
    expect((await reportBackend('tensorflow', { script })).device).toBe('dso_loader=1 0')
  })

  it('leaves a GPU that computes alone, whatever was said on the way', async () => {
    const onGpu = { ...usable, driver: 'NVIDIA driver 550.54', memory: 8e9 }
    const script = await child(`
      console.error("Could not load dynamic library 'libcufft.so.11'; dlerror: …")
      process.send(${JSON.stringify(onGpu)})`)
    expect(await reportBackend('tensorflow', { script })).toEqual(onGpu)
  })
})

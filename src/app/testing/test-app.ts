/** An application in a folder of its own, on the fake engine. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import type { Job } from '../../contract/api.ts'
import type { Manifest } from '../../contract/model.ts'
import type { Picture } from '../../contract/picture.ts'
import { type App, type AppOptions, openApp } from '../app.ts'

export const FAKE_ENGINE = join(import.meta.dirname, 'fake-engine.ts')
export const DENOISE = [{ task: 'denoise', model: 'denoise-test', strength: 0.5 }] as const

export type TestApp = {
  app: App
  /** The test's folder; pictures lie in its `photos`. */
  folder: string
  /** Writes a file below `photos` and gives its path. */
  write(name: string, content?: string): string
  /** Closes the app and opens it anew on the same folders. */
  reopen(): Promise<App>
  /** Opens pictures and waits until they have been read. */
  add(...paths: string[]): Promise<Picture[]>
  picture(id: string): Promise<Picture>
  job(id: string): Promise<Job>
  /** The job, once it is in that state. */
  jobIs(id: string, state: Job['state']): Promise<Job>
}

export async function testApp(options: Partial<AppOptions> = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'limpid-app-'))
  const open = () =>
    openApp({
      dataFolder: join(folder, 'data'),
      cacheFolder: join(folder, 'cache'),
      engineEntry: FAKE_ENGINE,
      shippedModels: join(folder, 'models'),
      picturesFolder: join(folder, 'Pictures'),
      zooRecipes: join(folder, 'recipes'),
      cancelGraceMs: 200,
      ...options,
    })
  writeModel(join(folder, 'models', 'denoise-test'))
  const test: TestApp = {
    app: await open(),
    folder,
    write(name, content = name) {
      const path = join(folder, 'photos', name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
      return path
    },
    async reopen() {
      await test.app.close()
      test.app = await open()
      return test.app
    },
    async add(...paths) {
      const { pictures } = await test.app.addPictures({ paths })
      return Promise.all(
        pictures.map(({ id }) => vi.waitFor(() => read(id), { timeout: 10_000, interval: 10 })),
      )
    },
    async picture(id) {
      const { pictures } = await test.app.state({})
      return pictures.find((picture) => picture.id === id)!
    },
    async job(id) {
      const { jobs } = await test.app.state({})
      return jobs.find((job) => job.id === id)!
    },
    jobIs(id, state) {
      const check = async () => {
        const job = await test.job(id)
        if (job.state !== state) throw new Error(`Job is ${job.state}, not ${state}: ${job.error?.message}`)
        return job
      }
      return vi.waitFor(check, { timeout: 10_000, interval: 10 })
    },
  }
  onTestFinished(async () => {
    await test.app.close()
    rmSync(folder, { recursive: true })
  })
  return test

  async function read(id: string): Promise<Picture> {
    const picture = await test.picture(id)
    if (picture.state === 'reading') throw new Error(`${picture.name} is still being read`)
    return picture
  }
}

export function writeModel(folder: string, changes: Partial<Manifest> = {}): void {
  const manifest: Manifest = {
    id: 'denoise-test',
    version: '1.0.0',
    title: 'A test',
    task: 'denoise',
    architecture: { name: 'identity', parameters: {} },
    parameterCount: 1,
    megaMacsPerPixel: 0,
    sizeMultiple: 1,
    receptiveFieldRadius: 0,
    files: { 'model.json': '0'.repeat(64), 'weights.bin': '0'.repeat(64) },
    recipe: {},
    provenance: 'made for a test',
    licence: 'MIT',
    parent: null,
    quality: [],
    created: '2026-11-01T00:00:00Z',
    ...changes,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
}

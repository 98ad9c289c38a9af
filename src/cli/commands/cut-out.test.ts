/** `limpid cut-out` with an engine that computes nothing: what is asked of it, and what a person is told. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineInput } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import type { ModelSummary } from '../../contract/model.ts'
import type { Surroundings } from '../context.ts'
import { runCommandLine } from '../program.ts'
import type { ErrorOutput } from '../terminal.ts'
import { FakeEngine, Recorded, writePictures } from '../testing/fake-engine.ts'

const PEOPLE = {
  id: 'unet-people',
  task: 'segment',
  channels: { input: 3, output: 1 },
  folder: '/models/unet-people',
} as ModelSummary
const STREETS = { ...PEOPLE, id: 'unet-camvid', channels: { input: 3, output: 11 } } as ModelSummary

let cwd: string
let engine: FakeEngine
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'limpid-cut-out-'))
  engine = new FakeEngine({ cutOut })
})
afterEach(() => rmSync(cwd, { recursive: true }))

async function cutOut({ path: file, target, mask }: EngineInput<'cutOut'>) {
  if (file.includes('bad'))
    throw new LimpidError('not-a-picture', `${path.basename(file)} is none.`, { file })
  const saved = (at: string) => ({ path: at, format: 'png' as const, bytes: 10, notes: [] })
  const measured = { backend: 'fake', seconds: 2, modelSeconds: 1, megapixels: 12, peakMemory: 1e9 }
  return { ...measured, saved: saved(target.path), mask: mask && saved(mask.path), share: 0.25 }
}

async function limpid(...args: string[]) {
  const [out, err] = [new Recorded(), new Recorded()]
  const surroundings = {
    cwd,
    env: {},
    home: path.join(cwd, 'home'),
    signal: new AbortController().signal,
    models: {
      find: async (id: string) => {
        const found = [PEOPLE, STREETS].find((model) => model.id === id)
        if (!found) throw new LimpidError('model-unknown', `There is no model "${id}".`)
        return found
      },
    },
    withEngine: (_wish: unknown, work: (engine: FakeEngine) => Promise<unknown>) => work(engine),
  } as unknown as Surroundings
  const exitCode = await runCommandLine(args, out, err as unknown as ErrorOutput, surroundings)
  return { exitCode, out: out.text, err: err.text }
}

test('a quality is refused where results are PNGs, which have none', async () => {
  await writePictures(cwd, ['photo.jpg'])
  const { exitCode, err } = await limpid('cut-out', 'photo.jpg', '--quality', '80')
  expect(exitCode).toBe(1)
  expect(err).toContain('--quality has no effect on .png files')
  expect(engine.asked).toEqual([])
  expect((await limpid('cut-out', 'photo.jpg', '--quality', '80', '--background', 'white')).exitCode).toBe(0)
})

test('writes a PNG beside the picture, for it can be transparent, and the mask where it is wanted', async () => {
  await writePictures(cwd, ['photo.jpg'])
  const { exitCode, out, err } = await limpid('cut-out', 'photo.jpg', '--save-mask')
  expect(exitCode).toBe(0)
  expect(out).toBe(`${path.join(cwd, 'photo-limpid.png')}\n`)
  expect(err).toMatch(/photo\.jpg: 25 % of it kept/)
  expect(engine.asked).toEqual([
    {
      kind: 'cutOut',
      input: {
        path: path.join(cwd, 'photo.jpg'),
        folder: '/models/unet-people',
        background: 'transparent',
        target: { path: path.join(cwd, 'photo-limpid.png'), overwrite: false },
        mask: { path: path.join(cwd, 'photo-limpid-mask.png'), overwrite: false },
      },
    },
  ])
})

test('a folder is cut out a second time without what the first time saved', async () => {
  const saved = ['photo-limpid.png', 'photo-limpid-mask.png']
  await writePictures(cwd, ['photo.jpg', 'photo-mask.png', ...saved])
  const { exitCode, err } = await limpid('cut-out', '.', '--save-mask', '--overwrite')
  expect(exitCode).toBe(0)
  const taken = engine.asked.map(({ input }) => path.basename((input as { path: string }).path))
  expect(taken).toEqual(['photo-mask.png', 'photo.jpg'])
  expect(err).toContain('2 earlier results left out.')
})

test('two pictures never share a mask', async () => {
  await writePictures(cwd, ['a.jpg', 'a.png'])
  const args = ['cut-out', 'a.jpg', 'a.png', '--background', 'white', '--save-mask', '--overwrite']
  const { exitCode, err } = await limpid(...args)
  expect(exitCode).toBe(1)
  expect(engine.asked).toHaveLength(1)
  expect(err).toMatch(/a\.png was not done.*a-limpid-mask\.png/)
})

test('pictures that the shell names are cut out a second time without what the first time saved', async () => {
  const named = ['a-limpid-mask.png', 'a-limpid.png', 'a.png']
  await writePictures(cwd, named)
  const { exitCode, out, err } = await limpid('cut-out', ...named, '--save-mask', '--overwrite')
  expect(exitCode, err).toBe(0)
  expect(out).toBe(`${path.join(cwd, 'a-limpid.png')}\n`)
  expect(err).toContain('2 earlier results left out.')
})

test('no mask replaces a picture that was named, nor does a result', async () => {
  for (const folder of ['in', 'out']) mkdirSync(path.join(cwd, folder))
  await writePictures(path.join(cwd, 'in'), ['a.png'])
  const others = ['out/a-limpid-mask.png', 'out/a.png']
  await writePictures(cwd, others)
  for (const other of others) {
    const { exitCode, err } = await limpid('cut-out', 'in/a.png', other, '-o', 'out', '--save-mask')
    expect(exitCode).toBe(1)
    expect(err).toContain(`would replace the original ${path.join(cwd, other)}`)
  }
  const own = await limpid('cut-out', others[0]!, '-o', 'out/a.png', '--save-mask', '--overwrite')
  expect(own.err).toContain(`would replace the original ${path.join(cwd, others[0]!)}`)
  expect(engine.asked.map(({ input }) => (input as { path: string }).path)).toEqual(
    others.map((file) => path.join(cwd, file)),
  )
})

test('keeps the format on white, and goes on behind a bad file', async () => {
  await writePictures(cwd, ['a.jpg', 'bad.jpg', 'c.jpg'])
  const files = ['a.jpg', 'bad.jpg', 'c.jpg']
  const { exitCode, out, err } = await limpid('cut-out', ...files, '--background', 'white', '--json')
  expect(exitCode).toBe(1)
  const { ok, results, errors } = JSON.parse(out)
  expect(ok).toBe(false)
  expect(results.map(({ output }: { output: string }) => path.basename(output))).toEqual([
    'a-limpid.jpg',
    'c-limpid.jpg',
  ])
  expect(errors).toMatchObject([{ code: 'not-a-picture' }])
  expect(err).toContain('bad.jpg is none.')
})

test('refuses a model that tells classes instead of a subject', async () => {
  await writePictures(cwd, ['photo.jpg'])
  const { exitCode, err } = await limpid('cut-out', 'photo.jpg', '--model', 'unet-camvid')
  expect(exitCode).toBe(1)
  expect(err).toMatch(/"unet-camvid" marks no subject/)
  expect(engine.asked).toEqual([])
})

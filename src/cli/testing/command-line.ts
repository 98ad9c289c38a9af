/** The command line in a folder of its own, with an engine that computes nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { LimpidError } from '../../contract/errors.ts'
import type { ModelSummary } from '../../contract/model.ts'
import type { EngineWish, Surroundings } from '../context.ts'
import { runCommandLine } from '../program.ts'
import type { ErrorOutput } from '../terminal.ts'
import { FakeEngine, Recorded } from './fake-engine.ts'

export const MODEL: ModelSummary = {
  id: 'denoise-fast',
  version: '1.0.0',
  title: 'Denoise, fast',
  task: 'denoise',
  architecture: { name: 'restoration-unet', parameters: { channels: [48, 72, 96] } },
  parameterCount: 880_000,
  megaMacsPerPixel: 0.052,
  sizeMultiple: 8,
  receptiveFieldRadius: 60,
  provenance: 'BSDS500',
  licence: 'MIT',
  parent: null,
  quality: [{ what: 'CBSD68, sigma 25', value: 30.93, unit: 'dB', command: 'limpid evaluate …' }],
  created: '2026-11-21',
  folder: '/models/denoise-fast',
  shipped: true,
}

export const modelOf = (
  id: string,
  task: ModelSummary['task'],
  scale?: ModelSummary['scale'],
): ModelSummary => ({
  ...MODEL,
  id,
  task,
  scale,
  folder: `/models/${id}`,
})

/** New before each test; to be called once in a test file. */
export function commandLine() {
  const cli = {
    cwd: '',
    /** What is installed; tests add to it. */
    models: [] as ModelSummary[],
    engine: new FakeEngine(),
    /** What was asked of those that opened engines. */
    wishes: [] as EngineWish[],
    env: {} as NodeJS.ProcessEnv,
    /** Ctrl-C. */
    interruption: new AbortController(),
    limpid,
  }
  let openEngines = 0

  beforeEach(() => {
    Object.assign(cli, {
      cwd: mkdtempSync(path.join(tmpdir(), 'limpid-cli-')),
      models: [MODEL],
      engine: new FakeEngine(),
      wishes: [],
      env: {},
      interruption: new AbortController(),
    })
    openEngines = 0
  })
  afterEach(() => rmSync(cli.cwd, { recursive: true }))
  return cli

  async function limpid(...args: string[]) {
    const out = new Recorded()
    const err = new Recorded()
    const surroundings: Surroundings = {
      cwd: cli.cwd,
      env: cli.env,
      home: path.join(cli.cwd, 'home'),
      signal: cli.interruption.signal,
      models: {
        async find(id) {
          const found = cli.models.find((model) => model.id === id)
          if (found) return found
          throw new LimpidError('model-unknown', `There is no model "${id}".`, {
            hint: 'There is denoise-fast.',
          })
        },
        list: async () => ({ models: cli.models, errors: [] }),
      },
      async withEngine(wish, work) {
        cli.wishes.push(wish)
        cli.engine.onBackend = wish.onBackend
        openEngines++
        try {
          return await work(cli.engine)
        } finally {
          openEngines--
        }
      },
      serve: async ({ port = 1234, files }) => ({
        url: `http://127.0.0.1:${port}/?token=t`,
        errors: files.map((file) => ({
          code: 'file-not-found' as const,
          message: `${file} is not there.`,
          file,
        })),
        close: async () => {},
      }),
    }
    const exitCode = await runCommandLine(args, out, err as unknown as ErrorOutput, surroundings)
    expect(openEngines, 'engines left behind').toBe(0)
    return { exitCode, out: out.text, err: err.text, json: () => onlyJson(out.text) }
  }
}

/** The one JSON object on a stdout that holds nothing else. */
function onlyJson(out: string) {
  expect(out).toMatch(/^\{[^\n]*\}\n$/)
  return JSON.parse(out)
}

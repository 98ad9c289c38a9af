/** The command line with an engine that computes nothing: what is said where, and the exit codes. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandLine, MODEL } from './testing/command-line.ts'
import { FakeEngine } from './testing/fake-engine.ts'

const cli = commandLine()
const { limpid } = cli

describe('wrong command lines', () => {
  test.each([
    [
      'an unknown backend, with those there are',
      ['doctor', '--backend', 'cuda'],
      'tensorflow, webgpu, wasm, cpu',
    ],
    ['a strength out of range', ['denoise', 'a.png', '--strength', '1.5'], 'from 0 to 1'],
    ['an unknown format', ['denoise', 'a.png', '--format', 'bmp'], 'png, jpeg, webp, avif, tiff'],
    ['no files', ['denoise'], 'files'],
    ['a scale that there is not', ['upscale', 'a.png', '--scale', '5'], '2, 3, 4'],
    ['an unknown command', ['sharpen'], 'sharpen'],
    ['a sigma that is no number', ['evaluate', 'denoise', '--data', '.', '--sigma', 'much'], 'from 0 to 255'],
  ])('%s: told on stderr, exit code 2', async (_, args, told) => {
    const { exitCode, out, err } = await limpid(...args)
    expect(exitCode).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(told)
  })

  test('with --json they are JSON too', async () => {
    const { exitCode, json } = await limpid('doctor', '--backend', 'cuda', '--json')
    expect(exitCode).toBe(2)
    expect(json()).toMatchObject({ ok: false, errors: [{ code: 'bad-request' }] })
  })

  test.each([[[]], [['lab']], [['models']], [['evaluate']]])(
    '%j names no command, and that is said',
    async (args) => {
      const { exitCode, json, err } = await limpid(...args, '--json')
      expect(exitCode).toBe(2)
      expect(json()).toEqual({
        ok: false,
        errors: [
          { code: 'bad-request', message: 'No command was named.', hint: '`limpid --help` shows how.' },
        ],
      })
      expect(err).toContain('Commands:')
    },
  )
})

test('doctor says what computes and how to get what does not', async () => {
  const { exitCode, out } = await limpid('doctor')
  expect(exitCode).toBe(0)
  expect(out).toMatch(/→\s+✓\s+wasm\s+9\.5 GFLOP\/s/)
  expect(out).toContain('tensorflow: No library.\n  Fetch it.')
  expect((await limpid('doctor', '--json')).json()).toMatchObject({ ok: true, chosen: { name: 'wasm' } })
})

test('doctor fails where nothing computes', async () => {
  cli.engine = new FakeEngine({ doctor: async () => ({ backends: [], chosen: null }) })
  expect((await limpid('doctor')).exitCode).toBe(1)
})

test('models are listed and shown', async () => {
  expect((await limpid('models', 'list')).out).toMatch(/denoise-fast\s+denoise\s+0\.88 M\s+Denoise, fast/)
  expect((await limpid('models', 'show', 'denoise-fast')).out).toMatch(/CBSD68, sigma 25\s+30\.93 dB/)
  expect((await limpid('models', 'list', '--json')).json()).toMatchObject({
    models: [{ id: 'denoise-fast' }],
  })
  expect((await limpid('models', 'show', 'none')).exitCode).toBe(1)
})

test('a model is exported to ONNX, beside where one stands', async () => {
  cli.engine = new FakeEngine({ exportOnnx: async ({ path }) => ({ path, bytes: 3_500_000 }) })
  const output = path.join(cli.cwd, 'fast.onnx')
  const { exitCode, out } = await limpid('models', 'export', 'denoise-fast', '--onnx', 'fast.onnx')
  expect(exitCode).toBe(0)
  expect(out).toContain(output)
  expect(cli.engine.asked).toEqual([
    { kind: 'exportOnnx', input: { folder: MODEL.folder, path: output, overwrite: false } },
  ])
  const { json } = await limpid('models', 'export', 'denoise-fast', '--onnx', 'fast.onnx', '--json')
  expect(json()).toEqual({ ok: true, model: 'denoise-fast', output, bytes: 3_500_000 })
  expect((await limpid('models', 'export', 'denoise-fast')).exitCode).toBe(2)
})

test('serve prints its address and runs until Ctrl-C', async () => {
  setTimeout(() => cli.interruption.abort(), 20)
  const { exitCode, json } = await limpid('serve', '--port', '8000', '--json')
  expect(exitCode).toBe(0)
  expect(json()).toEqual({ ok: true, url: 'http://127.0.0.1:8000/?token=t', errors: [] })
})

test("serve opens the pictures it is given, and says which it can't", async () => {
  setTimeout(() => cli.interruption.abort(), 20)
  const { exitCode, out, err } = await limpid('serve', 'a.png')
  expect(exitCode).toBe(0)
  expect(out).toMatch(/^Limpid is at http:.*\n$/)
  expect(err).toBe(`limpid: ${path.join(cli.cwd, 'a.png')} is not there.\n`)
})

test('help and version go to stdout', async () => {
  expect((await limpid('--help')).out).toContain('Examples:')
  expect((await limpid('denoise', '--help')).out).toContain('limpid denoise photo.jpg')
  expect(await limpid('--version')).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  })
})

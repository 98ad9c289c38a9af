import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { engineJobs } from '../../contract/engine-protocol.ts'
import { Compute } from '../compute.ts'
import { sharp } from '../imaging/libvips.ts'
import { drawTextLine } from '../lab/text-line.ts'
import { aloneWith } from './job-context.ts'
import { prepareOcr } from './lab-ocr.ts'

const context = aloneWith(new Compute())
const steps = [{ task: 'denoise' as const, strength: 1, folder: path.resolve('models/denoise-fast') }]
const TEXT = 'Sphinx of black quartz, judge <my> vow & 42'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-ocr-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

it('draws a line that has ink, and paper around it', async () => {
  const { width, height, samples } = await drawTextLine(TEXT)
  expect(width).toBeGreaterThan(4 * height)
  expect(samples.slice(0, 3 * width * 10).every((value) => value === samples[0])).toBe(true)
  expect(samples.filter((value) => value < samples[0] / 3).length / samples.length).toBeGreaterThan(0.02)
})

it('takes the noise off a line; without Tesseract it says so', async () => {
  vi.stubEnv('PATH', folder)
  const line = { kind: 'text' as const, text: TEXT, sigma: 40, seed: 1 }
  const done = await prepareOcr({ line, steps, folder }, context)
  expect(done.psnr!.after).toBeGreaterThan(done.psnr!.before + 6)
  expect(done.read).toBeNull()
  expect(done.characterErrorRate).toBeNull()
  expect(done.note).toContain('Tesseract is not installed')
  const [noisy, cleaned] = [await sharp(done.noisy).metadata(), await sharp(done.cleaned).metadata()]
  expect([cleaned.width, cleaned.height]).toEqual([noisy.width, noisy.height])
}, 60_000)

it.each([0, 0.1])(
  'a line without any noise to see, of σ %d, has a PSNR that the contract allows',
  async (sigma) => {
    vi.stubEnv('PATH', folder)
    const line = { kind: 'text' as const, text: 'a', sigma, seed: 1 }
    const input = engineJobs.prepareOcr.input.parse({ line, steps, folder })
    const done = await prepareOcr(input, context)
    expect(engineJobs.prepareOcr.output.parse(JSON.parse(JSON.stringify(done))).psnr!.before).toBe(100)
  },
  60_000,
)

it.skipIf(process.platform === 'win32')(
  'counts what Tesseract gets wrong before and after',
  async () => {
    // One that reads the cleaned line well and the noisy one badly.
    const tesseract = path.join(folder, 'tesseract')
    await writeFile(
      tesseract,
      `#!/bin/sh\necho "$@" >> ${folder}/calls\ncase "$1" in *noisy.png) echo 'b ad';; *) echo 'bread';; esac\n`,
    )
    await chmod(tesseract, 0o755)
    vi.stubEnv('PATH', `${folder}${path.delimiter}${process.env.PATH}`)
    const picture = path.join(folder, 'line.png')
    const { samples, width, height } = await drawTextLine('bread')
    await sharp(samples as Uint8Array, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(picture)
    const line = { kind: 'file' as const, path: picture, text: 'bread' }
    const done = await prepareOcr({ line, steps, folder }, context)
    expect(done).toMatchObject({
      read: { before: 'b ad', after: 'bread' },
      characterErrorRate: { before: 2 / 5, after: 0 },
      psnr: null,
      note: null,
    })
    expect(await readFile(path.join(folder, 'calls'), 'utf8')).toContain('--psm 7')
  },
  60_000,
)

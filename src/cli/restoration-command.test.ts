import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { commandLine, MODEL, modelOf } from './testing/command-line.ts'
import { writePictures } from './testing/fake-engine.ts'

const cli = commandLine()
const { limpid } = cli

describe('the other restoring commands', () => {
  beforeEach(async () => {
    await writePictures(cli.cwd, ['photo.png'])
    cli.models.push(
      modelOf('jpeg-repair', 'jpeg-repair'),
      modelOf('upscale-2', 'upscale', 2),
      modelOf('upscale-4', 'upscale', 4),
      modelOf('document-clean', 'document-clean'),
      modelOf('inpaint', 'inpaint'),
      modelOf('find-scratches', 'find-scratches'),
      modelOf('colourise', 'colourise'),
    )
  })
  const folder = (id: string) => `/models/${id}`
  const mask = { kind: 'scratches', finder: folder('find-scratches') }
  const scratches = { task: 'inpaint', mask, strength: 1, folder: folder('inpaint') }
  const denoise = { task: 'denoise', strength: 1, folder: MODEL.folder }
  const colour = { task: 'restore-colour', strength: 0.8 }
  const larger = { task: 'upscale', scale: 2, strength: 1, folder: folder('upscale-2') }

  test.each([
    ['denoise --ensemble', [{ ...denoise, ensemble: true }]],
    ['repair-jpeg --strength 0.5', [{ task: 'jpeg-repair', strength: 0.5, folder: folder('jpeg-repair') }]],
    ['upscale', [larger]],
    ['upscale --scale 4', [{ ...larger, scale: 4, folder: folder('upscale-4') }]],
    [
      'clean-document --binarise otsu',
      [{ task: 'document-clean', strength: 1, binarise: 'otsu', folder: folder('document-clean') }],
    ],
    ['inpaint', [scratches]],
    ['colourise --strength 0.7', [{ task: 'colourise', strength: 0.7, folder: folder('colourise') }]],
    ['restore-photo', [scratches, denoise, colour, larger]],
    ['restore-photo --no-scratches --no-upscale', [denoise, colour]],
    [
      'restore-photo --no-denoise --no-colour --scale 4',
      [scratches, { ...larger, scale: 4, folder: folder('upscale-4') }],
    ],
  ])('limpid %s asks the engine for just that', async (line, steps) => {
    const { exitCode, out } = await limpid(...line.split(' '), 'photo.png')
    expect(exitCode).toBe(0)
    expect(out).toBe(`${path.join(cli.cwd, 'photo-limpid.png')}\n`)
    expect(cli.engine.asked.map(({ input }) => (input as { steps: unknown }).steps)).toEqual([steps])
  })

  test('a mask is a file; of several pictures it would be anybody’s guess whose', async () => {
    await limpid('inpaint', 'photo.png', '--mask', 'mask.png')
    const mask = { kind: 'file', path: path.join(cli.cwd, 'mask.png') }
    expect(cli.engine.asked[0]?.input).toMatchObject({ steps: [{ ...scratches, mask }] })
    await writePictures(cli.cwd, ['b.png'])
    for (const named of [['photo.png', 'b.png'], ['.']]) {
      const several = await limpid('inpaint', ...named, '--mask', 'mask.png', '--json')
      expect(several.exitCode).toBe(1)
      expect(several.json()).toMatchObject({ errors: [{ code: 'bad-request' }] })
    }
    expect(cli.engine.asked).toHaveLength(1)
  })

  test('a page in black and white becomes a PNG, unless a format or a file is named', async () => {
    await writePictures(cli.cwd, ['page.jpg'])
    const binarised = ['clean-document', 'page.jpg', '--binarise', 'sauvola']
    const writtenBy = async (...args: string[]) =>
      path.relative(cli.cwd, (await limpid(...args, '--overwrite')).out.trim())
    expect(await writtenBy(...binarised)).toBe('page-limpid.png')
    expect(await writtenBy(...binarised, '--format', 'jpeg')).toBe('page-limpid.jpg')
    expect(await writtenBy(...binarised, '-o', 'bw.jpg')).toBe('bw.jpg')
    expect(await writtenBy('clean-document', 'page.jpg')).toBe('page-limpid.jpg')
  })

  test.each([
    ['denoise photo.png -o q.png --quality 10', '--quality has no effect on .png files. Leave it out'],
    ['clean-document photo.png --ink own --binarise otsu', '--ink has no effect with --binarise'],
    ['restore-photo photo.png --no-upscale --scale 4', '--scale has no effect with --no-upscale'],
    [
      'restore-photo photo.png --no-scratches --no-denoise --no-colour --no-upscale',
      'Every step is switched off: nothing is left to do. Leave one of the --no-… options out.',
    ],
  ])('limpid %s is refused', async (line, message) => {
    const { exitCode, err } = await limpid(...line.split(' '))
    expect(exitCode).toBe(1)
    expect(err).toContain(message)
    expect(cli.engine.asked).toEqual([])
  })

  test('of pictures in several formats a quality is for those that have one, and that is said', async () => {
    await writePictures(cli.cwd, ['photo.jpg'])
    const { exitCode, err } = await limpid('denoise', 'photo.png', 'photo.jpg', '--quality', '80')
    expect(exitCode).toBe(0)
    expect(err).toContain('it has no effect on 1 of 2 results.')
  })

  test('the result says which models were taken, and how large it is', async () => {
    const { json } = await limpid('restore-photo', 'photo.png', '--json')
    expect(json().steps.map(({ model }: { model?: string }) => model)).toEqual([
      'inpaint',
      'denoise-fast',
      undefined,
      'upscale-2',
    ])
    expect(json().results).toMatchObject([{ width: 4000, height: 3000 }])
    expect((await limpid('upscale', 'photo.png', '--overwrite')).err).toContain('now 4000 × 3000 px')
  })

  test('where no model for the task is installed, that is said before any work', async () => {
    cli.models = [MODEL]
    const { exitCode, err } = await limpid('upscale', 'photo.png', '--scale', '3')
    expect(exitCode).toBe(1)
    expect(err).toContain('No model for upscale ×3 is installed.')
    expect(cli.engine.asked).toEqual([])
  })
})

/** The Lab's tools, on small models of drawn digits and on a folder of pictures that are made here. */
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engineJobs } from '../../contract/engine-protocol.ts'
import { LimpidError } from '../../contract/errors.ts'
import { Compute } from '../compute.ts'
import { sharp } from '../imaging/libvips.ts'
import { aloneWith } from '../jobs/job-context.ts'
import { rankAnomalies } from '../jobs/lab-anomaly.ts'
import { compressPictures } from '../jobs/lab-compress.ts'
import { generatePictures } from '../jobs/lab-generate.ts'
import { scatterCodes } from '../jobs/lab-scatter.ts'
import { findSimilar } from '../jobs/lab-similar.ts'
import { saveModel } from '../models/model-file.ts'
import { tf } from '../tf.ts'
import { makeLab, writeBar } from './testing/lab-home.ts'

const context = aloneWith(new Compute())

let home: string
let digits: { kind: 'mnist'; folder: string; split: 'test' }
let photos: string
let blank: string
const at = (name: string) => path.join(home, name)

beforeAll(async () => {
  await context.backend()
  home = await mkdtemp(path.join(os.tmpdir(), 'limpid-lab-'))
  ;({ digits, photos, blank } = await makeLab(home))
}, 120_000)
afterAll(() => rm(home, { recursive: true, force: true }))

describe('anomalies', () => {
  it('puts other digits above the one that the model knows', async () => {
    const job = {
      folder: at('pca-of-ones'),
      source: digits,
      path: at('anomalies.png'),
      shown: 9,
      normal: [1],
    }
    const { items, auroc } = await rankAnomalies(job, context)
    expect(items).toHaveLength(200)
    expect(auroc).toBeGreaterThan(0.95)
    expect(items[0].label).not.toBe(1)
    expect(items[0].name).toBe(`test ${items[0].index}`)
    expect(items.map(({ error }) => error)).toEqual(items.map(({ error }) => error).sort((a, b) => b - a))
    expect(await sizeOfPicture(job.path)).toEqual({ width: 3 * 86 + 2, height: 3 * 86 + 2 })
  })
})

describe('similar pictures', () => {
  it('finds digits of the same label far more often than chance does', async () => {
    let same = 0
    for (const index of [0, 3, 7, 11, 25]) {
      const query = { kind: 'item' as const, index }
      const job = { folder: at('pca-8'), source: digits, query, count: 5, path: at('similar.png') }
      const found = await findSimilar(job, context)
      expect(found.matches.map(({ name }) => name)).not.toContain(found.query.name)
      same += found.matches.filter(({ label }) => label === found.query.label).length
    }
    expect(same).toBeGreaterThanOrEqual(10) // of 25; by chance 2 or 3
  })

  it('finds a bar of the same direction for a file, which is not its own neighbour', async () => {
    const source = { kind: 'pictures' as const, paths: [photos] }
    const file = path.join(photos, 'a2.png')
    const query = { kind: 'file' as const, path: file }
    const job = { folder: at('pca-of-photos'), source, query, count: 3, path: at('similar.png') }
    const { matches } = await findSimilar(job, context)
    expect(matches.map(({ name }) => path.basename(name)[0])).toEqual(['a', 'a', 'a'])
    expect(matches.map(({ name }) => name)).not.toContain(file)
  })
})

describe('scatter', () => {
  it('of a code of two principal components is the scatter of the pixels, up to signs', async () => {
    const { points, axes, neighbours } = await scatterCodes(
      { folder: at('pca-2'), source: digits, path: at('scatter.png') },
      context,
    )
    expect(axes).toBe('latents')
    expect(points).toHaveLength(200)
    // The model's components are those of these very digits.
    for (const axis of ['x', 'y'] as const) {
      const [a, b] = [points.map(({ code }) => code[axis]), points.map(({ pixels }) => pixels[axis])]
      expect(Math.abs(correlation(a, b))).toBeGreaterThan(0.999)
    }
    expect(neighbours!.code).toBeGreaterThan(0.3) // by chance 0.1
    expect(await sizeOfPicture(at('scatter.png'))).toEqual({ width: 1800, height: 900 })
  })

  it('can be cancelled while neighbours are compared, and then leaves nothing', async () => {
    const cancelled = new LimpidError('cancelled', 'Cancelled.')
    const told: string[] = []
    const step = async (_done: number, label: string) => {
      told.push(label)
      if (label.startsWith('Neighbours')) throw cancelled
    }
    const job = { folder: at('pca-2'), source: digits, path: at('cancelled.png') }
    await expect(scatterCodes(job, { ...context, step })).rejects.toBe(cancelled)
    expect(told.at(-1)).toBe('Neighbours of 200 points')
    await expect(access(job.path)).rejects.toThrow()
  })

  it('of longer codes is by their principal components', async () => {
    const done = await scatterCodes(
      { folder: at('pca-8'), source: { ...digits, limit: 30 }, path: at('scatter.png') },
      context,
    )
    expect(done.axes).toBe('principal components of the codes')
    expect(done.points).toHaveLength(30)
  })
})

describe('generation', () => {
  it('goes from one picture’s code to the other’s in equal steps', async () => {
    const [from, to] = [0, 1].map((index) => ({ kind: 'item' as const, index }))
    const what = { kind: 'interpolation' as const, source: digits, from, to, steps: 5 }
    const job = { folder: at('pca-8'), what, path: at('between.png') }
    const { count, codes, ends } = await generatePictures(job, context)
    expect(count).toBe(5)
    expect(ends?.map(({ name }) => name)).toEqual(['test 0', 'test 1'])
    for (let unit = 0; unit < 8; unit++) {
      const step = (codes[4][unit] - codes[0][unit]) / 4
      for (let i = 0; i < 5; i++) expect(codes[i][unit]).toBeCloseTo(codes[0][unit] + i * step, 4)
    }
    expect(codes[0]).not.toEqual(codes[4])
    expect(await sizeOfPicture(at('between.png'))).toEqual({ width: 5 * 86 + 2, height: 86 + 2 })
    await generatePictures({ ...job, columns: 3 }, context)
    expect(await sizeOfPicture(at('between.png'))).toEqual({ width: 3 * 86 + 2, height: 2 * 86 + 2 })
  })

  it('draws samples that the seed decides, and the plane of two latents', async () => {
    const sample = (seed: number) =>
      generatePictures(
        { folder: at('vae'), what: { kind: 'samples', count: 4, seed }, path: at('samples.png') },
        context,
      )
    expect((await sample(1)).codes).toEqual((await sample(1)).codes)
    expect((await sample(2)).codes).not.toEqual((await sample(1)).codes)
    const manifold = await generatePictures(
      { folder: at('vae'), what: { kind: 'manifold', side: 3 }, path: at('manifold.png') },
      context,
    )
    expect(manifold.codes).toHaveLength(9)
    expect(manifold.codes[4].map(Math.abs)).toEqual([expect.closeTo(0, 6), expect.closeTo(0, 6)])
    expect(manifold.codes[0][1]).toBeGreaterThan(0) // up is positive
  })

  it('draws no samples from a model whose codes follow no known distribution', async () => {
    const job = {
      folder: at('pca-2'),
      what: { kind: 'samples' as const, count: 4, seed: 1 },
      path: at('no.png'),
    }
    await expect(generatePictures(job, context)).rejects.toMatchObject({ code: 'bad-request' })
    await expect(access(at('no.png'))).rejects.toThrow()
  })
})

describe('compression', () => {
  it('costs hardly any quality by its eight bits, and more units give more', async () => {
    const measured = async (model: string) =>
      compressPictures(
        { folder: at(model), source: { ...digits, limit: 50 }, path: at('c.png'), shown: 4 },
        context,
      )
    const [two, eight] = [await measured('pca-2'), await measured('pca-8')]
    expect(eight.code.exactPsnr - eight.code.psnr).toBeLessThan(0.05)
    expect(eight.code.exactPsnr).toBeGreaterThanOrEqual(eight.code.psnr)
    expect(eight.code.psnr).toBeGreaterThan(two.code.psnr + 1)
    expect(eight.pictureBytes).toBe(784)
    expect(eight.code.entropyBytes).toBe(null) // of 50 digits
    expect(eight.code.deflatedBytes).toBeLessThan(9)
    const [worst, best] = [eight.jpeg[0], eight.jpeg.at(-1)!]
    expect(best.bytes).toBeGreaterThan(worst.bytes)
    expect(best.psnr).toBeGreaterThan(worst.psnr + 5)
    expect(await sizeOfPicture(at('c.png'))).toEqual({ width: 4 * 86 + 2, height: 2 * 86 + 2 })
  })

  it('of pictures that nothing is lost of has figures that JSON can hold', async () => {
    const source = { kind: 'pictures' as const, paths: [blank] }
    const job = { folder: at('pca-of-blank'), source, path: at('blank.png'), shown: 3 }
    const sent = JSON.parse(JSON.stringify(await compressPictures(job, context)))
    const { code, jpeg } = engineJobs.compressPictures.output.parse(sent)
    expect([code.exactPsnr, code.psnr, jpeg.at(-1)!.psnr]).toEqual([100, 100, 100])
  })
})

describe('what cannot be', () => {
  const similar = (folder: string, paths: string[], fit?: 'crop' | 'resize') =>
    findSimilar(
      {
        folder: at(folder),
        source: { kind: 'pictures', paths, fit },
        query: { kind: 'item', index: 0 },
        count: 3,
        path: at('none.png'),
      },
      context,
    )

  it('an empty folder, a folder that is not there, one picture alone', async () => {
    await mkdir(at('empty'))
    await expect(similar('pca-of-photos', [at('empty')])).rejects.toMatchObject({
      code: 'folder-empty',
      file: at('empty'),
    })
    await expect(similar('pca-of-photos', [at('nowhere')])).rejects.toMatchObject({ code: 'file-not-found' })
    await mkdir(at('alone'))
    await writeBar(at('alone/one.png'), true, 4)
    await expect(similar('pca-of-photos', [at('alone')])).rejects.toMatchObject({
      code: 'data-missing',
      file: at('alone'),
      message: expect.stringContaining('one picture'),
      hint: expect.stringContaining('more'),
    })
  })

  it('pictures of mixed sizes, unless it is said what to do with them', async () => {
    await mkdir(at('mixed'))
    await writeBar(at('mixed/a.png'), true, 4)
    await writeBar(at('mixed/b.png'), false, 4, 20)
    await expect(similar('pca-of-photos', [at('mixed')])).rejects.toMatchObject({
      code: 'bad-request',
      file: at('mixed/b.png'),
      hint: expect.stringMatching(/crop.*resize.*fit/),
    })
    for (const fit of ['crop', 'resize'] as const) {
      expect((await similar('pca-of-photos', [at('mixed')], fit)).matches).toHaveLength(1)
    }
  })

  it('a file that is no picture, a picture that is not among them', async () => {
    await mkdir(at('broken'))
    await writeFile(at('broken/a.png'), 'no picture')
    await expect(similar('pca-of-photos', [at('broken')])).rejects.toMatchObject({ file: at('broken/a.png') })
    const query = { kind: 'item' as const, index: 200 }
    const job = { folder: at('pca-8'), source: digits, query, count: 3, path: at('none.png') }
    await expect(findSimilar(job, context)).rejects.toMatchObject({
      code: 'bad-request',
      hint: expect.stringContaining('0 to 199'),
    })
  })

  it('no model, a model of another kind, a model without an encoder', async () => {
    await expect(similar('nothing', [photos])).rejects.toMatchObject({ code: 'model-unknown' })
    const input = tf.input({ shape: [16, 16, 3] })
    const outputs = tf.layers.activation({ activation: 'relu' }).apply(input) as tf.SymbolicTensor
    const save = async (name: string, task: 'denoise' | 'autoencode') => {
      const network = tf.model({ inputs: input, outputs })
      await saveModel(at(name), network, {
        id: name,
        version: '1.0.0',
        title: name,
        task,
        architecture: { name: 'restoration-unet', parameters: {} },
        megaMacsPerPixel: 0,
        sizeMultiple: 1,
        receptiveFieldRadius: 0,
        recipe: {},
        provenance: 'none',
        licence: 'MIT',
        parent: null,
        quality: [],
        created: '2026-01-01',
      })
    }
    await save('denoiser', 'denoise')
    await save('headless', 'autoencode')
    await expect(similar('denoiser', [photos])).rejects.toMatchObject({
      code: 'bad-request',
      file: at('denoiser'),
      hint: expect.stringContaining('zoo'),
    })
    await expect(similar('headless', [photos])).rejects.toMatchObject({
      code: 'model-damaged',
      file: at('headless'),
      hint: expect.stringContaining('Train'),
    })
  })

  it('digits for a model of pictures', async () => {
    const job = { folder: at('pca-of-photos'), source: digits, path: at('none.png') }
    await expect(scatterCodes(job, context)).rejects.toMatchObject({ code: 'bad-request' })
  })
})

async function sizeOfPicture(file: string) {
  const { width, height } = await sharp(file).metadata()
  return { width, height }
}

function correlation(a: number[], b: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [ma, mb] = [mean(a), mean(b)]
  const product = (u: number[], mu: number, v: number[], mv: number) =>
    mean(u.map((value, i) => (value - mu) * (v[i] - mv)))
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb))
}

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { recipeSchema } from '../../contract/recipe.ts'

const ROOT = join(import.meta.dirname, '../../..')
const jsonOf = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))

const recipes = globSync('recipes/**/*.json', { cwd: ROOT })
const manifests = globSync('models/**/manifest.json', { cwd: ROOT })
test.each(recipes)('%s is a recipe', (file) => void recipeSchema.parse(jsonOf(file)))
test.each(manifests)('%s holds a recipe', (file) => void recipeSchema.parse(jsonOf(file).recipe))

/** What is said of a recipe with something of it changed, `{ a: { b: 1 } }` for its `a.b`. */
function said(file: string, changes: object): string {
  const { success, error } = recipeSchema.safeParse(merged(jsonOf(`recipes/${file}.json`), changes))
  if (success) return 'nothing'
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')
}

function merged(old: Record<string, unknown>, changes: object): object {
  const values = Object.entries(changes).map(([name, value]) => {
    const inside = value?.constructor === Object && old[name]
    return [name, inside ? merged(old[name] as Record<string, unknown>, value) : value]
  })
  return { ...old, ...Object.fromEntries(values) }
}

const noise = { kind: 'gaussian-noise', sigma: [5, 5] }
const shrink = (scale: number) => ({ kind: 'downscale', scale })
const scratches = { kind: 'scratches', share: [0.1, 0.1], width: [1, 3] }
const either = (...lists: object[][]) => ({
  kind: 'mixture',
  of: lists.map((degradations) => ({ weight: 1, degradations })),
})
const settings = (...degradations: object[]) => ({ validation: { settings: [{ name: 'a', degradations }] } })

describe('a restoration recipe', () => {
  it.each([
    ['another scale', { degradations: [shrink(3)] }],
    ['a second scale', { degradations: [shrink(2), shrink(3)] }],
    ['no scale', { degradations: [noise] }],
    ['a scale for some patches', { degradations: [either([shrink(2)], [noise])] }],
    ['a setting of another scale', settings(shrink(4))],
    ['sigmas, which shrink nothing', { validation: { sigmas: [5] } }],
  ])('of upscale is refused with %s', (_, changes) => {
    expect(said('upscale-2', changes)).toMatch(
      /^(degradations|validation): .*must downscale every patch by 2/,
    )
  })

  it('of upscale may do more than downscale, in every list of a mixture alike', () => {
    const degradations = [either([noise, shrink(2)], [shrink(2)])]
    expect(said('upscale-2', { degradations })).toBe('nothing')
    expect(said('denoise-fast', { degradations: [shrink(3)] })).toBe('nothing')
  })

  it('of what needs a mask is refused where its inputs get none', () => {
    for (const file of ['inpaint', 'find-scratches']) {
      expect(said(file, { degradations: [noise] })).toMatch(/^degradations: make no scratches or dust/)
      const none = { ...scratches, share: [0, 0] }
      expect(said(file, { degradations: [none] })).toMatch(/^degradations: make no scratches or dust/)
      expect(said(file, settings(noise))).toMatch(/^validation: "a" makes no scratches or dust/)
      expect(said(file, { data: { pairs: ['pages'] } })).toMatch(/^data.pairs: come without a mask/)
      expect(said(file, { degradations: [either([scratches], [])] })).toBe('nothing')
    }
    expect(said('inpaint', settings(either([scratches], [])))).toMatch(/^validation: "a" makes no/)
    expect(said('find-scratches', settings(either([scratches], [])))).toBe('nothing')
  })

  it.each([
    [{ kind: 'jpeg', quality: [50, 150], subsampledShare: 0, shiftGrid: false }, 'quality.1: Too big'],
    [{ kind: 'jpeg', quality: [0, 50], subsampledShare: 0, shiftGrid: false }, 'quality.0: Too small'],
    [{ ...scratches, width: [0, 3] }, 'width.0: Too small'],
    [{ ...scratches, share: [0.1, 1.1] }, 'share.1: Too big'],
    [{ kind: 'dust', share: [-0.1, 0.1], radius: [1, 2] }, 'share.0: Too small'],
    [{ kind: 'dust', share: [0, 0.1], radius: [-1, 2] }, 'radius.0: Too small'],
    [{ kind: 'blur', sigma: [-1, 2] }, 'sigma.0: Too small'],
    [{ ...noise, sigma: [-5, 5] }, 'sigma.0: Too small'],
    [{ ...noise, sigma: [9, 5] }, 'sigma: low end above high end'],
  ])('is refused with %j', (degradation, message) => {
    expect(said('denoise-fast', { degradations: [degradation] })).toContain(`degradations.0.${message}`)
  })

  it('is refused with settings that are not told apart or measured on nothing', () => {
    const named = (name: string) => ({ name, degradations: [noise] })
    const twice = { settings: [named('a'), named('a')] }
    expect(said('denoise-fast', { validation: twice })).toBe('validation: has two settings named "a"')
    const asSigma = { settings: [named('σ 15')] }
    expect(said('denoise-fast', { validation: asSigma })).toContain('two settings named "σ 15"')
    const asPairs = { data: { pairs: ['pages'] }, validation: { settings: [named('pairs')] } }
    expect(said('denoise-fast', asPairs)).toContain('two settings named "pairs"')
    expect(said('denoise-fast', { validation: { sigmas: [-5] } })).toContain('validation.sigmas.0: Too small')
    expect(said('document-clean', { validation: { sigmas: [5] } })).toContain('train names none')
    expect(said('document-clean', settings(noise))).toContain('train names none')
  })

  it('is refused with a folder that is named twice', () => {
    expect(said('denoise-fast', { data: { train: ['a', './a/'] } })).toBe('data.train: names a twice')
    expect(said('document-clean', { data: { pairs: ['a', 'b', 'a'] } })).toBe('data.pairs: names a twice')
    expect(said('denoise-fast', { data: { train: ['a', 'a/b'] } })).toBe('nothing')
  })
})

describe('a segmentation recipe', () => {
  it('is refused with a loss that its targets have not', () => {
    expect(said('zoo/unet-roads', { loss: { kind: 'mse' } })).toMatch(/^loss: .*masks have none/)
    const balanced = { loss: { kind: 'cross-entropy', balance: 0.5 } }
    expect(said('zoo/unet-roads', balanced)).toMatch(/^loss.balance: .*masks have no classes/)
    expect(said('zoo/unet-roads', { loss: { kind: 'cross-entropy' } })).toBe('nothing')
    const dice = jsonOf('recipes/zoo/segnet-camvid.json')
    dice.loss = { kind: 'dice' }
    expect(recipeSchema.safeParse(dice).error!.issues).toMatchObject([
      { path: ['loss'], message: expect.stringContaining('dice is of masks') },
    ])
  })

  it.each([
    [{ augmentation: { scale: [0, 1] } }, 'data.augmentation.scale.0: Too small'],
    [{ classes: ['a', 'b'], colours: [[0, 0, 0]] }, 'data.colours: are 1 for 2 classes'],
    [{ classes: ['a', 'b'], colours: Array(2).fill([0, 0, 256]) }, 'data.colours.0.2: Too big'],
    [{ train: 'a', validation: './a' }, 'data.validation: is the folder that it trains on'],
    [{ train: 'a', test: 'a/' }, 'data.test: is the folder that it trains on'],
    [{ validation: 'b', test: 'b' }, 'data.test: is the folder that it validates on'],
  ])('is refused with %j', (data, message) => {
    expect(said('zoo/segnet-camvid', { data })).toContain(message)
  })
})

describe('a recipe of principal components', () => {
  it.each([
    ['corruption', { kind: 'gaussian-noise', mean: 0, sigma: 0.1, clip: true }],
    ['binarise', true],
    ['loss', { penalty: { kind: 'contraction', weight: 1 } }],
  ])('is refused with a %s, which nothing would come of', (name, value) => {
    expect(said('zoo/pca', { [name]: value })).toContain('principal components are computed without')
    expect(said('zoo/dense-autoencoder', { [name]: value })).toBe('nothing')
  })
})

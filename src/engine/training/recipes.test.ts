import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type RestorationRecipe, restorationRecipeSchema } from '../../contract/restoration-recipe.ts'
import { megaMacsPerPixel } from '../architectures/cost.ts'
import { architecture } from '../architectures/index.ts'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import type { TrainingPicture } from './dataset.ts'
import { makeBatch } from './patches.ts'
import { validationPairs, validationSettings } from './validation-pairs.ts'

const FOLDER = path.join(import.meta.dirname, '../../../recipes')

/** What a model may cost, MMAC a pixel of its result; so may its specialists. */
const COSTS: Record<string, number> = {
  'denoise-fast': 0.06,
  'denoise-fast-white': 0.06,
  'denoise-best': 0.25,
  'denoise-best-white': 0.25,
  'upscale-2': 0.1,
  'upscale-3': 0.1,
  'upscale-4': 0.1,
}

/** A model's weights are committed as float16 at most, in so many bytes. */
const WEIGHTS = 8e6

const recipesIn = (folder: string) =>
  readdirSync(path.join(FOLDER, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => path.join(folder, name))
    .map((name) => ({ name, json: JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) }))

/** Of the models that Limpid comes with, and of earlier ones that some of those started from. */
const recipes = [...recipesIn(''), ...recipesIn('earlier')]

function picture(seed: number, paired: boolean): TrainingPicture {
  const draw = random(seed)
  const [width, height] = [210, 200]
  const make = () => {
    const samples = new Uint8Array(new SharedArrayBuffer(width * height * 3))
    for (let i = 0; i < samples.length; i++) samples[i] = draw.below(256)
    return samples
  }
  const clean = { name: `${seed}`, width, height, samples: make() }
  return paired ? { ...clean, degraded: make() } : clean
}

/** What is red, green and blue of [batch, patch, patch, channels]: a fourth channel is inpaint's mask. */
const colours = (values: Float32Array, channels: number) =>
  channels === 4 ? values.filter((_, i) => i % 4 < 3) : values

describe.each(recipes)('the recipe $name', ({ name, json }) => {
  beforeAll(() => tf.setBackend('cpu')) // networks are built here, not run

  it('describes a network that its patches fit, within its cost', () => {
    const recipe = restorationRecipeSchema.parse(json)
    const version = recipe.version.replace(/\.\d+$/, '')
    expect([`${recipe.id}.json`, `earlier/${recipe.id}-${version}.json`]).toContain(name)
    const network = architecture(recipe.architecture.name, recipe.architecture.parameters)
    for (const { patch } of recipe.stages) expect(patch % network.sizeMultiple).toBe(0)
    const model = network.build(recipe.seed)
    expect(megaMacsPerPixel(model, 32 * network.sizeMultiple)).toBeLessThanOrEqual(COSTS[recipe.id] ?? 0.15)
    expect(2 * model.countParams()).toBeLessThan(WEIGHTS)
    const inputs = recipe.task === 'inpaint' ? 4 : 3
    expect(model.inputs[0].shape).toEqual([null, null, null, inputs])
    model.dispose()
  })

  it('makes its model from random weights, by those that it starts from', () => {
    const made = new Set<string>()
    let from: RestorationRecipe = restorationRecipeSchema.parse(json)
    while (from.init !== undefined) {
      const file = from.init.startsWith('models/')
        ? `${path.basename(from.init)}.json`
        : path.relative('recipes', from.init)
      expect([...made], `${name} starts from itself`).not.toContain(file)
      made.add(file)
      const parent = recipes.find((other) => other.name === file)
      expect(parent, `${from.init}, which ${from.id} starts from, has no recipe`).toBeDefined()
      from = restorationRecipeSchema.parse(parent!.json)
    }
  })

  it('makes batches and validation pairs that its network takes, worse than what is to come out', async () => {
    const recipe = restorationRecipeSchema.parse(json)
    const { sizeMultiple } = architecture(recipe.architecture.name, recipe.architecture.parameters)
    const pictures: TrainingPicture[] = []
    if (recipe.data.train.length > 0) pictures.push(picture(1, false))
    if (recipe.data.pairs.length > 0) pictures.push(picture(2, true))
    const { input, target, inputChannels, targetChannels } = (await makeBatch(recipe, pictures, 0))!
    expect(input.every(Number.isFinite)).toBe(true)
    expect(inputChannels).toBe(recipe.task === 'inpaint' ? 4 : 3)
    const [pixels, wanted] = [colours(input, inputChannels), colours(target, targetChannels)]
    if (recipe.task === 'find-scratches') {
      expect(new Set(target)).toEqual(new Set([0, 1])) // something is to be found, but not everywhere
    } else {
      expect(pixels).toHaveLength(wanted.length)
      expect(pixels.some((value, i) => value !== wanted[i])).toBe(true)
    }
    if (recipe.task === 'inpaint') expect(input.some((value, i) => i % 4 === 3 && value === 1)).toBe(true)
    const measured = new Set<number>()
    for await (const { setting, clean, degraded } of validationPairs(pictures, recipe)) {
      measured.add(setting)
      expect(clean.width % sizeMultiple).toBe(0)
      expect(degraded.values).not.toEqual(clean.values)
    }
    expect(measured.size).toBe(validationSettings(recipe).length)
  })
})

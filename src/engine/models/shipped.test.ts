/** What is said of the models that come with Limpid, in manifests, cards, recipes and the README, is said once. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { recipeSchema } from '../../contract/recipe.ts'
import { writeCard } from './card.ts'
import { readManifest } from './model-file.ts'

const root = path.join(import.meta.dirname, '../../..')
/** Folders below models/; what lies deeper is a specialist of the model it lies in. */
const folders = (await readdir(path.join(root, 'models'), { recursive: true }))
  .filter((file) => path.basename(file) === 'manifest.json')
  .map(path.dirname)
const manifestOf = (folder: string) => readManifest(path.join(root, 'models', folder))
const textOf = (...at: string[]) => readFile(path.join(root, ...at), 'utf8')

test.each(folders)('%s: its card is the one that its manifest makes', async (at) => {
  const manifest = await manifestOf(at)
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-card-'))
  await writeCard(folder, manifest)
  const card = await readFile(path.join(folder, 'card.md'), 'utf8')
  await rm(folder, { recursive: true })
  expect(await textOf('models', at, 'card.md'), 'npm run quality -- --write writes it').toBe(card)
  // A specialist's figures are those of the model it belongs to.
  if (path.dirname(at) === '.') {
    expect(manifest.quality, `npm run quality -- --write ${manifest.id}`).not.toEqual([])
  }
})

test.each(folders)('%s: it was trained by its recipe', async (at) => {
  const manifest = await manifestOf(at)
  const recipe = recipeSchema.parse(JSON.parse(await textOf('recipes', `${manifest.id}.json`)))
  expect(manifest.version).toBe(recipe.version)
  expect(recipeSchema.parse(manifest.recipe)).toEqual(recipe)
})

test.each(folders)('%s: its folder has its name, and the model that it lies in knows it', async (at) => {
  expect((await manifestOf(at)).id).toBe(path.basename(at))
  if (path.dirname(at) === '.') return
  const { specialists = {} } = await manifestOf(path.dirname(at))
  expect(Object.values(specialists)).toContain(path.basename(at))
})

test.each(folders)('%s: the README names its size and its cost', async (at) => {
  const { id, parameterCount = 0, megaMacsPerPixel } = await manifestOf(at)
  const row = (await textOf('README.md')).split('\n').find((line) => line.startsWith(`| [\`${id}\`]`))
  expect(row).toContain(`| ${(parameterCount / 1e6).toFixed(2)} M | ${megaMacsPerPixel.toFixed(3)} MMAC |`)
})

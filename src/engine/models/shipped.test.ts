/** What is said of the models that come with Limpid, in manifests, cards, recipes and the README, is said once. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { recipeSchema } from '../../contract/recipe.ts'
import { writeCard } from './card.ts'
import { readManifest } from './model-file.ts'

const root = path.join(import.meta.dirname, '../../..')
const ids = (await readdir(path.join(root, 'models'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const textOf = (...at: string[]) => readFile(path.join(root, ...at), 'utf8')

test.each(ids)('%s: its card is the one that its manifest makes', async (id) => {
  const manifest = await readManifest(path.join(root, 'models', id))
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-card-'))
  await writeCard(folder, manifest)
  const card = await readFile(path.join(folder, 'card.md'), 'utf8')
  await rm(folder, { recursive: true })
  expect(await textOf('models', id, 'card.md'), 'npm run quality -- --write writes it').toBe(card)
  expect(manifest.quality, `npm run quality -- --write ${id}`).not.toEqual([])
})

test.each(ids)('%s: it was trained by its recipe', async (id) => {
  const manifest = await readManifest(path.join(root, 'models', id))
  const recipe = recipeSchema.parse(JSON.parse(await textOf('recipes', `${id}.json`)))
  expect(manifest.version).toBe(recipe.version)
  expect(recipeSchema.parse(manifest.recipe)).toEqual(recipe)
})

test.each(ids)('%s: the README names its size and its cost', async (id) => {
  const { parameterCount = 0, megaMacsPerPixel } = await readManifest(path.join(root, 'models', id))
  const row = (await textOf('README.md')).split('\n').find((line) => line.startsWith(`| [\`${id}\`]`))
  expect(row).toContain(`| ${(parameterCount / 1e6).toFixed(2)} M | ${megaMacsPerPixel.toFixed(3)} MMAC |`)
})

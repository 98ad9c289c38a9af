/** What the tests of the Lab's tools work on: drawn digits, pictures of bars, and small models of both. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type AutoencoderRecipe, autoencoderRecipeSchema } from '../../../contract/zoo-recipe.ts'
import { sharp } from '../../imaging/libvips.ts'
import { Autoencoder } from '../../zoo/autoencoder.ts'
import { fitPrincipalComponents } from '../../zoo/fit-pca.ts'
import { readMnist } from '../../zoo/mnist.ts'
import { networkOf } from '../../zoo/network-of.ts'
import { readPictureFolder } from '../../zoo/picture-folder.ts'
import { type Pictures, pick } from '../../zoo/pictures.ts'
import { saveAutoencoder } from '../../zoo/save-autoencoder.ts'
import { writeDigits } from '../../zoo/testing/digits.ts'

const BARS = 12

/**
 * Below `home`, of digits: `pca-of-ones`, `pca-8`, `pca-2` (fitted to the test digits themselves) and `vae`, untrained,
 * of two latents; of the pictures in `photos`: `pca-of-photos`; of the black ones in `blank`: `pca-of-blank`. A backend
 * must run.
 */
export async function makeLab(home: string) {
  const at = (name: string) => path.join(home, name)
  const digits = { kind: 'mnist' as const, folder: at('mnist'), split: 'test' as const }
  await writeDigits(digits.folder, { train: 1000, test: 200 })
  const photos = at('photos')
  await mkdir(photos)
  // Half of them bars from left to right, half from top to bottom, no two alike.
  for (let i = 0; i < BARS; i++) {
    await writeBar(path.join(photos, `${i < BARS / 2 ? 'a' : 'b'}${i}.png`), i < BARS / 2, 4 + (i % 6))
  }
  const train = await readMnist(digits.folder, 'train')
  const ones = Array.from(train.labels!, (label, i) => (label === 1 ? i : -1)).filter((i) => i >= 0)
  await savePca(at('pca-of-ones'), recipeOf('mnist', 6), pick(train, ones))
  await savePca(at('pca-8'), recipeOf('mnist', 8), train)
  await savePca(at('pca-2'), recipeOf('mnist', 2), await readMnist(digits.folder, 'test'))
  const bars = await readPictureFolder(photos, [16, 16, 3], undefined)
  await savePca(at('pca-of-photos'), recipeOf('photos', 4), bars)
  const blank = at('blank')
  await mkdir(blank)
  for (const name of ['a', 'b', 'c']) await writeBlank(path.join(blank, `${name}.png`))
  await savePca(
    at('pca-of-blank'),
    recipeOf('photos', 4),
    await readPictureFolder(blank, [16, 16, 3], undefined),
  )
  // Untrained: what it draws is noise, but it is drawn.
  const variational = recipeOf('mnist', 2, 'variational-autoencoder')
  const network = new Autoencoder(networkOf(variational).build(1))
  await saveAutoencoder(at('vae'), network, variational)
  network.dispose()
  return { digits, photos, blank }
}

function recipeOf(
  data: 'mnist' | 'photos',
  code: number,
  name: 'linear-autoencoder' | 'variational-autoencoder' = 'linear-autoencoder',
): AutoencoderRecipe {
  const isVariational = name === 'variational-autoencoder'
  return autoencoderRecipeSchema.parse({
    id: 'test',
    version: '1.0.0',
    title: 'Test',
    task: 'autoencode',
    licence: 'MIT',
    architecture: { name, parameters: isVariational ? { code, hidden: [8] } : { code } },
    data:
      data === 'mnist'
        ? { kind: 'mnist', folder: 'mnist', validation: 10, provenance: 'drawn' }
        : {
            kind: 'pictures',
            folder: 'photos',
            size: 16,
            channels: 3,
            validationShare: 0.2,
            provenance: 'drawn',
          },
    corruption: { kind: 'none' },
    loss: {
      reconstruction: isVariational ? 'cross-entropy' : 'mse',
      weight: 1,
      penalty: isVariational ? { kind: 'variational', beta: 1 } : { kind: 'none' },
    },
    training: isVariational
      ? { method: 'gradient', batch: 8, length: { steps: 1 }, optimizer }
      : { method: 'pca' },
    seed: 1,
  })
}

const optimizer = { kind: 'adam', learningRate: 1e-3, warmupSteps: 0, clipNorm: 1 }

async function savePca(folder: string, recipe: AutoencoderRecipe, pictures: Pictures) {
  const autoencoder = new Autoencoder(networkOf(recipe).build(1))
  await fitPrincipalComponents(autoencoder, pictures)
  await saveAutoencoder(folder, autoencoder, recipe)
  autoencoder.dispose()
}

async function writeBlank(file: string): Promise<void> {
  await sharp({ create: { width: 16, height: 16, channels: 3, background: 'black' } }).toFile(file)
}

/** A bright bar on grey, `place` px from the edge. */
export async function writeBar(file: string, level: boolean, place: number, side = 16): Promise<void> {
  const pixels = new Uint8Array(side * side * 3).fill(60)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const along = level ? y : x
      if (along >= place && along < place + 3) pixels.fill(230, 3 * (y * side + x), 3 * (y * side + x + 1))
    }
  }
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(file)
}

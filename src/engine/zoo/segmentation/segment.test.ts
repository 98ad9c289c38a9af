import { beforeAll, describe, expect, it } from 'vitest'
import { architecture } from '../../architectures/index.ts'
import { chooseBackend } from '../../backends/choose.ts'
import { createRaster, type Raster } from '../../imaging/raster.ts'
import { random } from '../../random.ts'
import { cutOut } from './cut-out.ts'
import { type Picture, Segmenter } from './segment.ts'
import { labelRecipe, maskRecipe } from './testing/recipes.ts'

beforeAll(() => chooseBackend())

function segmenter(recipe = maskRecipe(), maxTilePixels?: number): Segmenter {
  const model = architecture(recipe.architecture.name, recipe.architecture.parameters).build(3)
  return new Segmenter(model, recipe, maxTilePixels)
}

function noise(width: number, height: number): Picture {
  const draw = random(5)
  return { width, height, samples: Uint8Array.from({ length: width * height * 3 }, () => draw.below(256)) }
}

describe('a network at work', () => {
  it('finds the same in tiles as in the whole picture, of any size', async () => {
    const picture = noise(131, 167)
    const whole = await segmenter().probability(picture)
    const tiled = await segmenter(maskRecipe(), 80 * 80).probability(picture)
    expect(whole).toHaveLength(131 * 167)
    expect(Math.max(...whole) - Math.min(...whole)).toBeGreaterThan(0.01) // it says something
    whole.forEach((value, i) => {
      expect(Math.abs(tiled[i] - value)).toBeLessThan(1e-4)
    })
  })

  it('that sees resized pictures answers at the size of the original', async () => {
    const labels = await segmenter(labelRecipe({ width: 16, height: 16 })).labels(noise(50, 30))
    expect(labels).toHaveLength(50 * 30)
    expect(labels.every((label) => label < 3)).toBe(true)
  })

  it('is no picture where it computed no numbers', async () => {
    const broken = { probability: async () => new Float32Array(6).fill(Number.NaN) } as unknown as Segmenter
    await expect(cutOut(createRaster(3, 2, 3, 8), broken, 'transparent')).rejects.toMatchObject({
      code: 'result-invalid',
    })
  })

  it('takes larger tiles where its halo leaves nothing of small ones', async () => {
    const deep = maskRecipe({}, { architecture: { name: 'unet', parameters: { filters: 2, depth: 4 } } })
    let tiles = 0
    await segmenter(deep, 1).probability(noise(256, 256), () => void tiles++)
    expect(tiles).toBeLessThan(10)
  })

  it('can be stopped between tiles', async () => {
    const stop = async () => {
      throw new Error('stopped')
    }
    await expect(segmenter().labels(noise(20, 20), stop)).rejects.toThrow('stopped')
  })

  it('that tells classes knows no single subject', async () => {
    await expect(segmenter(labelRecipe()).probability(noise(8, 8))).rejects.toThrow(/no single subject/)
  })
})

describe('a cut-out', () => {
  /** Sure of the left half; in the middle of the column between it is not. */
  const knowing = (probabilities: number[]) =>
    ({ probability: async () => Float32Array.from(probabilities) }) as unknown as Segmenter
  const picture = (channels: 1 | 3, depth: 8 | 16, values: number[]): Raster => {
    const raster = createRaster(4, 1, channels, depth)
    raster.samples.set(values)
    return raster
  }
  const sure = [1, 0.8, 0.5, 0.1]

  it('is mask × picture: black where the subject is not', async () => {
    const given = picture(3, 8, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120])
    const { picture: cut, mask, share } = await cutOut(given, knowing(sure), 'black')
    expect([...cut.samples]).toEqual([10, 20, 30, 40, 50, 60, 35, 40, 45, 0, 0, 0])
    expect([...mask.samples]).toEqual([255, 255, 128, 0])
    expect(share).toBe(0.5)
    expect([...given.samples]).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120])
  })

  it('is the picture itself behind a veil where the ground is transparent; what was transparent stays it', async () => {
    const given = {
      ...picture(1, 16, [1000, 2000, 3000, 4000]),
      alpha: Uint16Array.from([65535, 30000, 65535, 65535]),
    }
    const { picture: cut } = await cutOut(given, knowing(sure), 'transparent')
    expect([...cut.samples]).toEqual([1000, 2000, 3000, 4000])
    expect([...cut.alpha!]).toEqual([65535, 30000, 32768, 0])
  })

  it('is found in the picture over white, as the network learned to', async () => {
    const given = { ...picture(1, 8, [0, 0, 0, 0]), alpha: Uint8Array.from([255, 255, 0, 0]) }
    let seen: number[] = []
    const watching = {
      probability: async ({ samples }: Picture) => {
        seen = [...samples]
        return Float32Array.from(sure)
      },
    } as unknown as Segmenter
    await cutOut(given, watching, 'black')
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255])
  })

  it('keeps grey and 16 bits on white', async () => {
    const { picture: cut } = await cutOut(picture(1, 16, [0, 0, 0, 0]), knowing(sure), 'white')
    expect([...cut.samples]).toEqual([0, 0, 32768, 65535])
    expect(cut).toMatchObject({ channels: 1, depth: 16 })
  })
})

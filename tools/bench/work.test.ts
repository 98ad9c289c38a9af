/** A model that takes no 1024² is measured on the next size that it takes; one that makes a mask is not trained here. */
import { expect, it } from 'vitest'
import { pixelsOf, sampled, worksOn } from './work.ts'

const RGB = { input: 3, output: 3 }

it('sizes are multiples of what the network takes', () => {
  const geometry = { sizeMultiple: 6, receptiveFieldRadius: 20 }
  const works = worksOn(geometry, RGB, 64)
  expect(works.map(({ name }) => name)).toEqual(['256²', '1024²', '12 MP', 'training step'])
  for (const { work } of works) {
    const sides =
      work.kind === 'training' ? [work.patch] : work.sizes.flatMap(({ width, height }) => [width, height])
    for (const side of sides) expect(side % 6).toBe(0)
  }
  expect(works.map(({ work }) => pixelsOf(work)).slice(0, 2)).toEqual([258 ** 2, 1026 ** 2])
  expect(pixelsOf(works[2].work)).toBeGreaterThan(12e6)
})

it('what is not from RGB to RGB is run with its own channels, and not trained', () => {
  const channels = { input: 4, output: 3 }
  const works = worksOn({ sizeMultiple: 8, receptiveFieldRadius: 20 }, channels, 64)
  expect(works.map(({ work }) => work.kind)).toEqual(['inference', 'inference', 'inference'])
  for (const { work } of works) expect(work).toMatchObject({ channels })
  expect(sampled(4, 100, 1, (pixel, channel) => pixel + channel / 10)).toEqual([0, 25, 50, 75])
})

import { expect, test } from 'vitest'
import { Compute } from '../compute.ts'
import { describeNetwork } from './describe-network.ts'
import { aloneWith } from './job-context.ts'

const context = aloneWith(new Compute())
const UNET = { name: 'unet', parameters: { filters: 4, depth: 4 } }
const SEGNET = { name: 'segnet', parameters: { filters: [4, 4, 4, 4], convolutions: [1, 1, 1, 1] } }

test.each([UNET, SEGNET])(
  '$name refuses sides that it cannot halve, and names the nearest that it can',
  async (architecture) => {
    const describe = (height: number, width: number) =>
      describeNetwork({ architecture, height, width }, context)
    await expect(describe(100, 100)).rejects.toMatchObject({
      code: 'recipe-invalid',
      message: 'This network takes sides that are multiples of 16 px, not 100 × 100 px.',
      hint: 'Take 96 or 112 px instead of 100.',
    })
    await expect(describe(8, 100)).rejects.toMatchObject({
      hint: 'Take 96 or 112 px instead of 100, 16 px instead of 8.',
    })
    const { layers } = await describe(96, 112)
    expect(layers.at(-1)?.shape.slice(0, 2)).toEqual([96, 112])
  },
)

test('an autoencoder, whose picture is a parameter, takes any side', async () => {
  const architecture = { name: 'dense-autoencoder', parameters: { picture: [25, 25, 3], code: 4 } }
  const { picture } = await describeNetwork({ architecture, height: 25, width: 25 }, context)
  expect(picture).toEqual([25, 25, 3])
})

import { expect, it } from 'vitest'
import { describeDegradations } from './describe.ts'

it('says in words what is done to a patch', () => {
  const words = describeDegradations([
    {
      kind: 'mixture',
      of: [
        { weight: 3, degradations: [{ kind: 'gaussian-noise', sigma: [0, 55] }] },
        { weight: 1, degradations: [] },
      ],
    },
    { kind: 'jpeg', quality: [70, 95], subsampledShare: 0.5, shiftGrid: true },
  ])
  expect(words).toBe(
    '(75 % gaussian noise (sigma 0..55); 25 % as it is), then jpeg (quality 70..95, subsampled share 0.5, shift grid true)',
  )
})

import { expect, it } from 'vitest'
import type { Step } from '../../contract/step.ts'
import { aPicture, aResult } from '../state/testing/examples.ts'
import { noiseMapOf } from './noise-map.ts'

const denoise: Step = { task: 'denoise', strength: 1 }
const colours: Step = { task: 'restore-colour', strength: 1 }
const noisy = aPicture('a', { noise: { sigma: 9, shadows: 9, highlights: 9 }, noiseMap: 'found.png' })

it('the noise map goes with the denoising step: without it there is no button to take the map away', () => {
  expect(noiseMapOf(noisy, [colours, denoise])).toBe('found.png')
  expect(noiseMapOf(noisy, [colours])).toBeNull()
  expect(noiseMapOf(noisy, [])).toBeNull()
})

it('what was removed is shown before what was found; a picture without a map of its own has no button', () => {
  const restored = { ...noisy, result: aResult({ noiseMap: 'removed.png' }) }
  expect(noiseMapOf(restored, [denoise])).toBe('removed.png')
  expect(noiseMapOf({ ...restored, noiseMap: null }, [denoise])).toBeNull()
})

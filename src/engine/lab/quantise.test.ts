import { expect, it } from 'vitest'
import { random } from '../random.ts'
import { dequantise, entropyBytes, quantise } from './quantise.ts'

it('gives each unit back within half a step of its own range', () => {
  const units = 5
  const codes = new Float32Array(400 * units)
  random(3).fillGaussian(codes)
  for (let i = 0; i < codes.length; i++) codes[i] *= 10 ** (i % units)
  const quantised = quantise(codes, units)
  const back = dequantise(quantised)
  for (let i = 0; i < codes.length; i++) {
    expect(Math.abs(back[i] - codes[i])).toBeLessThanOrEqual(0.501 * quantised.ranges.step[i % units])
  }
})

it('keeps a unit that never changes as it is', () => {
  expect([...dequantise(quantise(Float32Array.from([0.25, 1, 0.25, 2]), 2))]).toEqual([0.25, 1, 0.25, 2])
})

it('counts a unit of four equally frequent levels as two bits, one that never changes as none', () => {
  const levels = Uint8Array.from({ length: 2 * 2560 }, (_, i) => (i % 2 === 0 ? (i / 2) % 4 : 9))
  expect(entropyBytes(levels, 2)).toBeCloseTo(2 / 8, 12)
})

it('says nothing of the entropy of few pictures: of two it would be a bit a unit', () => {
  expect(entropyBytes(Uint8Array.from([0, 255, 255, 0]), 2)).toBe(null)
})

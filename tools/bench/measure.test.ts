import { describe, expect, it } from 'vitest'
import { median, resultOf } from './measure.ts'

describe('a result', () => {
  const runs = new Map([
    ['limpid-tensorflow', [10, 20, 30]], // the machine slows down, for everybody
    ['onnxruntime', [20, 40, 45]],
  ])

  it('compares round by round, so that a machine that slows down does not matter', () => {
    const { ms, ratios } = resultOf('limpid-tensorflow', runs, null, 1e6)
    expect(ms).toBe(20)
    expect(ratios).toEqual({ onnxruntime: 0.5 }) // 10/20, 20/40, 30/45
  })

  it('is not beside itself, nor beside who was not measured', () => {
    expect(resultOf('onnxruntime', runs, null, 1e6).ratios).toEqual({})
    expect(resultOf('torch', runs, 'not there', 1e6)).toMatchObject({
      ms: null,
      problem: 'not there',
      ratios: {},
    })
  })

  it('gives the speed in million pixels a second', () => {
    expect(resultOf('limpid-tensorflow', runs, null, 2e6).megapixelsPerSecond).toBeCloseTo(100)
  })
})

it('takes the mean of the two middle ones as the median of an even number', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([10, 9, 100])).toBe(10)
})

import { expect, test } from 'vitest'
import type { LabRun } from '../../contract/lab-run.ts'
import { countInWords, figureInWords, linesOf, measuresOf, scaleOf } from './curves.ts'

const run = {
  title: 'A',
  curve: [
    [1, 0.5],
    [2, 0.25],
  ],
  validations: [{ step: 2, figures: { 'validation loss': 0.3, 'PSNR (dB)': 20 }, samples: null }],
} as unknown as LabRun

test('the loss is drawn of training and of validation, a figure of validation alone', () => {
  expect(measuresOf([run])).toEqual(['loss', 'PSNR (dB)'])
  expect(linesOf([run], 'loss').map(({ name, points }) => [name, points.length])).toEqual([
    ['training', 2],
    ['validation', 1],
  ])
  expect(linesOf([run], 'PSNR (dB)')).toMatchObject([{ points: [[2, 20]] }])
})

test('runs beside each other have colours of their own and their names on their lines', () => {
  const lines = linesOf([run, { ...run, title: 'B' }], 'loss')
  expect(lines.map(({ name }) => name)).toEqual([
    'A: training',
    'A: validation',
    'B: training',
    'B: validation',
  ])
  expect(lines[0]!.colour).toBe(lines[1]!.colour)
  expect(lines[0]!.colour).not.toBe(lines[2]!.colour)
})

test('scales put the ends at 0 and 1, and ticks at round numbers between', () => {
  const linear = scaleOf([3, 17], true)
  expect([linear.at(3), linear.at(17)]).toEqual([0, 1])
  expect(linear.ticks).toEqual([5, 10, 15])
  const logarithmic = scaleOf([0.01, 1], true)
  expect(logarithmic.at(0.1)).toBeCloseTo(0.5)
  expect(logarithmic.ticks).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1])
  expect(scaleOf([0.01, 1], false).at(0.1)).toBeLessThan(0.1)
  expect(scaleOf([4, 4], true).at(4)).toBe(0.5)
})

test('figures and counts are short', () => {
  expect([0.00421, 12.44, 0.000012, 0].map(figureInWords)).toEqual(['0.00421', '12.4', '1.2e-5', '0'])
  expect([17, 50_890, 2_240_000].map(countInWords)).toEqual(['17', '50.9 k', '2.24 M'])
})

import { expect, test } from 'vitest'
import type { LabRun } from '../../contract/lab-run.ts'
import { figuresNow, figuresOf, mayStop, noCurveInWords, noSamplesInWords } from './run-words.ts'

const at = (step: number, dice: number) => ({ step, figures: { Dice: dice }, samples: null })
const run = {
  recipe: { training: { method: 'gradient' } },
  state: 'running',
  validations: [at(10, 0.5), at(20, 0.8), at(30, 0.7)],
  best: { step: 10, score: 0.5, figures: { Dice: 0.5 } }, // of an earlier part of the run
} as unknown as LabRun

test('figures are those of the newest validation while a run goes on, of the best when it is done', () => {
  expect(figuresNow(run)).toEqual({ Dice: 0.7 })
  const done: LabRun = { ...run, state: 'done', best: { step: 20, score: 0.8, figures: { Dice: 0.8 } } }
  expect(figuresNow(done)).toEqual({ Dice: 0.8 })
  expect(figuresOf([run, done])).toEqual([{ name: 'Dice', values: [0.7, 0.8] }])
})

test('a run without a validation has no figures', () => {
  expect(figuresNow({ ...run, validations: [], best: null })).toEqual({})
})

test('a run that waits can be stopped as soon as it has learned something, validated or not', () => {
  const paused: LabRun = { ...run, state: 'paused', step: 7, validations: [] }
  expect(mayStop(paused)).toBe(true)
  expect(mayStop({ ...paused, state: 'interrupted' })).toBe(true)
  expect(mayStop({ ...paused, step: 0 })).toBe(false)
  expect(mayStop({ ...paused, state: 'running', step: 0 })).toBe(true)
  for (const state of ['queued', 'pausing', 'stopping', 'done'] as const) {
    expect(mayStop({ ...paused, state })).toBe(false)
  }
  expect(mayStop({ ...run, recipe: { training: { method: 'pca' } } } as LabRun)).toBe(false)
})

test('what is not there yet is promised only where it will come', () => {
  const computed = { ...run, recipe: { training: { method: 'pca' } } } as LabRun
  expect(noSamplesInWords(run)).toBe('They come with the first validation.')
  expect(noSamplesInWords(computed)).toBe('They come when it is computed.')
  expect(noSamplesInWords({ ...computed, state: 'done' })).toBe('There are none.')
  expect(noCurveInWords([run, computed])).toBe('The curve begins with the first steps.')
  expect(noCurveInWords([computed])).toMatch(/not learned in steps/)
  expect(noCurveInWords([{ ...computed, state: 'done' }])).toBe('There is none.')
})

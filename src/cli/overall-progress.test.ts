import { expect, test } from 'vitest'
import type { Progress } from '../contract/engine-protocol.ts'
import { OverallProgress } from './overall-progress.ts'

function watched(...names: string[]) {
  const seen: Progress[] = []
  const progress = new OverallProgress(names, { update: (one) => seen.push(one) })
  const report = (index: number, done: number) => {
    progress.update(index, { done, label: 'Denoising', remainingMs: 1000 })
    return seen.at(-1)
  }
  return { progress, report, seen }
}

test('of one picture, its own', () => {
  expect(watched('a.png').report(0, 0.5)).toEqual({
    done: 0.5,
    label: 'a.png: Denoising',
    remainingMs: 1000,
  })
})

test('of several at a time, the mean, with the name of the first that is not done', () => {
  const { progress, report, seen } = watched('a.png', 'b.png', 'c.png', 'd.png')
  expect(report(0, 0.5)).toMatchObject({ done: 0.125, label: '1 of 4, a.png: Denoising' })
  report(1, 0.5)
  expect(seen).toHaveLength(1) // no flicker between two names
  expect(report(0, 0.6)).toMatchObject({ done: 0.275, label: '1 of 4, a.png: Denoising' })
  progress.end(0)
  expect(report(1, 0.5)).toMatchObject({ done: 0.375, label: '2 of 4, b.png: Denoising', remainingMs: null })
})

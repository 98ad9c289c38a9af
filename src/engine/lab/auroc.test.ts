import { expect, it } from 'vitest'
import { random } from '../random.ts'
import { auroc } from './auroc.ts'

it('is the share of pairs in which the anomaly scores higher, ties counted half', () => {
  const draw = random(7)
  const scores = Array.from({ length: 200 }, () => draw.below(20))
  const isAnomaly = Array.from({ length: 200 }, () => draw.uniform() < 0.3)
  let [won, pairs] = [0, 0]
  for (let i = 0; i < 200; i++) {
    for (let j = 0; j < 200; j++) {
      if (!isAnomaly[i] || isAnomaly[j]) continue
      pairs++
      won += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0
    }
  }
  expect(auroc(scores, isAnomaly)).toBeCloseTo(won / pairs, 12)
})

it('is 1 where anomalies score highest, 0 where lowest, 0.5 where all score the same', () => {
  const labels = [false, false, true, true]
  expect(auroc([1, 2, 3, 4], labels)).toBe(1)
  expect(auroc([4, 3, 2, 1], labels)).toBe(0)
  expect(auroc([1, 1, 1, 1], labels)).toBe(0.5)
})

it('is null where there is nothing to tell apart', () => {
  expect(auroc([1, 2], [true, true])).toBeNull()
  expect(auroc([1, 2], [false, false])).toBeNull()
})

import { expect, test } from 'vitest'
import type { NetworkLayer } from '../../contract/lab-jobs.ts'
import { drawNetwork } from './network-drawing.ts'

const layer = (name: string, kind: string, inputs: string[], shape: number[]): NetworkLayer => {
  return { name, kind, inputs, shape, parameters: 0, macs: 0 }
}
const layers = [
  layer('in', 'InputLayer', [], [64, 64, 3]),
  layer('a', 'Conv2D', ['in'], [64, 64, 16]),
  layer('relu', 'ReLU', ['a'], [64, 64, 16]),
  layer('pool', 'MaxPooling2D', ['relu'], [32, 32, 16]),
  layer('up', 'UpSampling2D', ['pool'], [64, 64, 16]),
  layer('skip', 'Concatenate', ['relu', 'up'], [64, 64, 32]),
]

test('layers stand in order, side by side, small pictures in small boxes', () => {
  const { boxes, width, height } = drawNetwork(layers)
  expect(boxes.map(({ name }) => name)).toEqual(['in', 'a', 'pool', 'up', 'skip'])
  for (const [i, box] of boxes.entries()) {
    if (i > 0) expect(box.x).toBeGreaterThan(boxes[i - 1]!.x + boxes[i - 1]!.width)
    expect(box.y).toBeGreaterThanOrEqual(0)
    expect(box.y + box.height).toBeLessThanOrEqual(height)
  }
  expect(boxes[2]!.height).toBeLessThan(boxes[1]!.height)
  expect(boxes[4]!.width).toBeGreaterThan(boxes[3]!.width)
  expect(width).toBeCloseTo(boxes[4]!.x + boxes[4]!.width)
})

test('a skip is drawn from the layer whose activation it takes; a plain sequence has none', () => {
  const { skips, boxes } = drawNetwork(layers)
  expect(skips).toHaveLength(1)
  expect(skips[0]).toContain(`M ${boxes[1]!.x + boxes[1]!.width / 2} `)
  expect(drawNetwork(layers.slice(0, 5)).skips).toEqual([])
})

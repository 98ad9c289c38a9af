import { describe, expect, it } from 'vitest'
import { Confusion } from './confusion.ts'
import { fieldOfView } from './field-of-view.ts'
import { VOID } from './labelled-pictures.ts'

describe('what was taken for what', () => {
  const truth = Uint8Array.from([0, 0, 0, 1, 1, 2, VOID, VOID])
  const found = Uint8Array.from([0, 0, 1, 1, 2, 2, 0, 1])

  it('comes to IoU, F1, precision and recall of each class; void counts for nothing', () => {
    const confusion = new Confusion(['road', 'car', 'sky'])
    confusion.add(truth, found)
    expect(confusion.of(0)).toEqual({ name: 'road', iou: 2 / 3, f1: 0.8, precision: 1, recall: 2 / 3 })
    expect(confusion.of(1)).toEqual({ name: 'car', iou: 1 / 3, f1: 0.5, precision: 0.5, recall: 0.5 })
    expect(confusion.meanIou()).toBeCloseTo((2 / 3 + 1 / 3 + 1 / 2) / 3, 12)
    expect(confusion.accuracy()).toBeCloseTo(4 / 6, 12)
  })

  it('is summed over pictures, inside of a region alone where there is one', () => {
    const confusion = new Confusion(['rest', 'vessel'])
    confusion.add(Uint8Array.from([1, 1, 0, 0]), Uint8Array.from([1, 0, 0, 1]), Uint8Array.from([1, 1, 1, 0]))
    confusion.add(Uint8Array.from([1]), Uint8Array.from([1]))
    expect(confusion.of(1).f1).toBeCloseTo((2 * 2) / (3 + 2), 12)
  })

  it('leaves a class that is nowhere out of the mean', () => {
    const confusion = new Confusion(['road', 'car', 'ship'])
    confusion.add(truth.slice(0, 5), Uint8Array.from([0, 0, 0, 1, 1]))
    expect(confusion.meanIou()).toBe(1)
    expect(confusion.of(2).iou).toBeNaN()
  })
})

describe('the field of view', () => {
  it('is the round bright part, vessels and dark corners of it included', () => {
    const [width, height, radius] = [120, 110, 50]
    const samples = new Uint8Array(width * height * 3)
    let area = 0
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [(i % width) - 60, Math.floor(i / width) - 55]
      const inside = Math.hypot(x, y) < radius
      if (inside) area++
      const dark = inside && Math.abs(x - y) < 4 // a broad vessel
      samples.set([inside && !dark ? 150 : (i * 7919) % 25, 20, 5], 3 * i)
    }
    const found = fieldOfView(samples, width, height)
    const counted = found.reduce((sum, value) => sum + value, 0)
    // Within 1.5 px of its edge.
    expect(Math.abs(Math.sqrt(counted / Math.PI) - Math.sqrt(area / Math.PI))).toBeLessThan(1.5)
    expect(found[55 * width + 60]).toBe(1)
    expect(found[0]).toBe(0)
  })
})

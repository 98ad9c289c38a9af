import { describe, expect, it } from 'vitest'
import { random } from '../../random.ts'
import { type Augmentation, drawExample, type Example } from './augment.ts'
import type { LabelledPicture } from './labelled-pictures.ts'

/** 40 × 30 px; each label says its column and row in the colours: red 6 · x, green 8 · y. */
function gradient(): LabelledPicture {
  const [width, height] = [40, 30]
  const samples = new Uint8Array(width * height * 3)
  const labels = new Uint8Array(width * height)
  for (let i = 0; i < labels.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)]
    samples.set([6 * x, 8 * y, 100], 3 * i)
    labels[i] = x >= 20 ? 1 : 0
  }
  return { name: 'gradient', width, height, samples, labels }
}

function draw(augmentation: Augmentation, seed = 1, size = 16, channels = 3): Example {
  const out = {
    width: size,
    height: size,
    channels,
    values: new Float32Array(size * size * channels),
    labels: new Uint8Array(size * size),
  }
  drawExample(gradient(), augmentation, random(seed), out)
  return out
}

describe('a training example', () => {
  it('is a part of the picture as it is where nothing is varied', () => {
    for (let seed = 1; seed < 20; seed++) {
      const { values, labels } = draw({}, seed)
      const [left, top] = [Math.round((values[0] * 255) / 6), Math.round((values[1] * 255) / 8)]
      expect(left).toBeLessThanOrEqual(40 - 16)
      expect(top).toBeLessThanOrEqual(30 - 16)
      for (let i = 0; i < labels.length; i++) {
        const [x, y] = [left + (i % 16), top + Math.floor(i / 16)]
        expect(values[3 * i] * 255).toBeCloseTo(6 * x, 3)
        expect(values[3 * i + 1] * 255).toBeCloseTo(8 * y, 3)
        expect(labels[i]).toBe(x >= 20 ? 1 : 0)
      }
    }
  })

  it('has its labels where its pixels went, however it is turned and scaled', () => {
    const all = { mirror: true, turn: true, rotation: 180, scale: [0.7, 1.5] as [number, number] }
    let both = 0
    for (let seed = 1; seed < 40; seed++) {
      const { values, labels } = draw(all, seed)
      labels.forEach((label, i) => {
        const x = (values[3 * i] * 255) / 6
        if (Math.abs(x - 19.5) > 1) expect(label, `column ${x}`).toBe(x > 19.5 ? 1 : 0)
      })
      if (new Set(labels).size === 2) both++
    }
    expect(both).toBeGreaterThan(10)
  })

  it('comes in all eight orientations where it is turned, in two where it is mirrored', () => {
    const orientations = (augmentation: Augmentation) => {
      const seen = new Set<string>()
      for (let seed = 0; seed < 60; seed++) {
        const { values } = draw(augmentation, seed)
        const step = (by: number, channel: number) =>
          Math.sign(Math.round(values[3 * by + channel] * 255 - values[channel] * 255))
        seen.add([step(1, 0), step(1, 1), step(16, 0), step(16, 1)].join())
      }
      return seen.size
    }
    expect(orientations({ turn: true })).toBe(8)
    expect(orientations({ mirror: true })).toBe(2)
  })

  it('is lit and coloured within bounds, its labels left alone', () => {
    const plain = draw({}, 3)
    const lit = draw({ light: 0.3, colour: 0.2 }, 3)
    expect([...lit.labels]).toEqual([...plain.labels])
    expect([...lit.values]).not.toEqual([...plain.values])
    expect(lit.values.every((value) => value >= 0 && value <= 1)).toBe(true)
    const grey = draw({}, 3, 16, 1)
    expect(grey.values).toHaveLength(256)
    const [r, g, b] = plain.values
    expect(grey.values[0]).toBeCloseTo(0.299 * r + 0.587 * g + 0.114 * b, 5)
  })
})

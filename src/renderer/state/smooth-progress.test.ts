import { describe, expect, it } from 'vitest'
import { SmoothProgress } from './smooth-progress.ts'

/** A job of 10 s in five tiles, reported as it goes; what is shown every 20 ms. */
function shownOfFiveTiles(): { time: number; shown: number; truth: number }[] {
  const progress = new SmoothProgress()
  const frames: { time: number; shown: number; truth: number }[] = []
  for (let time = 0; time <= 10_000; time += 20) {
    if (time % 2000 === 0) progress.report(time / 10_000, time === 0 ? null : 10_000 - time, time)
    frames.push({ time, shown: progress.at(time), truth: time / 10_000 })
  }
  return frames
}

describe('smooth progress', () => {
  it('never goes back', () => {
    const shown = shownOfFiveTiles().map((frame) => frame.shown)
    expect(shown.every((value, i) => i === 0 || value >= (shown[i - 1] ?? 0))).toBe(true)
  })

  it('glides: no frame jumps by more than a fraction of a tile', () => {
    const shown = shownOfFiveTiles().map((frame) => frame.shown)
    const jumps = shown.slice(1).map((value, i) => value - (shown[i] ?? 0))
    expect(Math.max(...jumps.slice(0, -1))).toBeLessThan(0.05)
  })

  it('follows the truth once the speed is known', () => {
    for (const { time, shown, truth } of shownOfFiveTiles()) {
      if (time > 2600) expect(Math.abs(shown - truth)).toBeLessThan(0.03)
    }
  })

  it('does not run past the next tile when the job stalls, nor reach the end before it is over', () => {
    const progress = new SmoothProgress()
    progress.report(0, null, 0)
    progress.report(0.2, 4000, 1000)
    expect(progress.at(60_000)).toBeLessThanOrEqual(0.4)
    progress.report(0.9, 100, 61_000)
    expect(progress.at(120_000)).toBeLessThan(1)
    progress.report(1, 0, 120_000)
    expect(progress.at(120_001)).toBe(1)
  })

  it('counts the time left down', () => {
    const progress = new SmoothProgress()
    expect(progress.remainingMs(5)).toBeNull()
    progress.report(0.5, 8000, 1000)
    expect(progress.remainingMs(3000)).toBe(6000)
    expect(progress.remainingMs(30_000)).toBe(0)
  })
})

/** Runs → the lines of a chart, and a chart's scales. */
import type { LabRun } from '../../contract/lab-run.ts'

export type Line = {
  name: string
  colour: string
  kind: 'training' | 'validation'
  points: [number, number][]
}

export const LOSS = 'loss'
const VALIDATION_LOSS = 'validation loss'

/** Runs' colours, far enough apart in both themes. */
export const COLOURS = [
  'var(--accent)',
  'var(--info)',
  'var(--good)',
  'var(--bad)',
  'var(--text)',
  'var(--muted)',
]

/** What can be drawn of them: the loss, and every figure that was measured. */
export function measuresOf(runs: readonly LabRun[]): string[] {
  const figures = runs.flatMap((run) => run.validations.flatMap((at) => Object.keys(at.figures)))
  return [LOSS, ...new Set(figures.filter((name) => name !== VALIDATION_LOSS))]
}

export function linesOf(runs: readonly LabRun[], measure: string): Line[] {
  return runs.flatMap((run, i): Line[] => {
    const colour = COLOURS[i % COLOURS.length]!
    const name = runs.length > 1 ? `${run.title}: ` : ''
    const figure = measure === LOSS ? VALIDATION_LOSS : measure
    const measured = run.validations.flatMap(({ step, figures }): [number, number][] => {
      const value = figures[figure]
      return value === undefined ? [] : [[step, value]]
    })
    const validation: Line = { name: `${name}validation`, colour, kind: 'validation', points: measured }
    const training: Line = { name: `${name}training`, colour, kind: 'training', points: run.curve }
    return (measure === LOSS ? [training, validation] : [validation]).filter(
      ({ points }) => points.length > 0,
    )
  })
}

export type Scale = { at(value: number): number; ticks: number[] }

/** From a value to 0..1. Logarithmic, where values differ by more than ten times and none is 0 or less. */
export function scaleOf(values: readonly number[], mayBeLogarithmic: boolean): Scale {
  const finite = values.filter(Number.isFinite)
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  if (finite.length === 0 || low === high) {
    const middle = finite.length === 0 ? 0 : low
    return { at: () => 0.5, ticks: [middle] }
  }
  if (mayBeLogarithmic && low > 0 && high / low > 10) {
    const [from, to] = [Math.log10(low), Math.log10(high)]
    const at = (value: number) => (Math.log10(value) - from) / (to - from)
    return { at, ticks: logarithmicTicks(low, high) }
  }
  const step = niceStep((high - low) / 4)
  const first = Math.ceil(low / step)
  const count = Math.floor(high / step) - first + 1
  const ticks = Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)))
  return { at: (value) => (value - low) / (high - low), ticks }
}

/** 1, 2 or 5 times a power of ten, not less than `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power
}

function logarithmicTicks(low: number, high: number): number[] {
  const ticks: number[] = []
  const factors = high / low > 1000 ? [1] : [1, 2, 5]
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(6))
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  return ticks
}

/** Short and exact enough: 0.0042, 12.4, 1.2e-5. */
export function figureInWords(value: number): string {
  const size = Math.abs(value)
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1)
  return Number(value.toPrecision(size >= 100 ? 4 : 3)).toString()
}

/** 12345678 → "12.3 M" */
export function countInWords(value: number): string {
  if (value < 1000) return String(Math.round(value))
  const [divisor, unit] = value < 1e6 ? [1e3, 'k'] : value < 1e9 ? [1e6, 'M'] : [1e9, 'G']
  return `${Number((value / divisor).toPrecision(3))} ${unit}`
}

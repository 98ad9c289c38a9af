/** Scratches, hairs and specks as coverage: planes [height, width] of 0..1, with soft edges as a scanner sees them. */
import type { Random } from '../random.ts'

export type Stroke = {
  /** Where it begins, px; and where it goes, radians. */
  x: number
  y: number
  angle: number
  /** px */
  length: number
  width: number
  /** How much its direction wanders, radians a px. */
  wander: number
}

/** Draws a line of slowly varying width and direction into `coverage`; what is there already stays. */
export function drawStroke(
  coverage: Float32Array,
  width: number,
  height: number,
  stroke: Stroke,
  random: Random,
): void {
  let { x, y, angle } = stroke
  let bend = 0
  const step = Math.max(0.5, stroke.width / 4)
  for (let along = 0; along < stroke.length; along += step) {
    bend = 0.9 * bend + (random.uniform() - 0.5) * stroke.wander
    angle += bend * step
    x += Math.cos(angle) * step
    y += Math.sin(angle) * step
    drawDisc(coverage, width, height, x, y, (stroke.width / 2) * (0.8 + 0.4 * random.uniform()))
  }
}

/** Draws a disc; its edge is a px wide. */
export function drawDisc(
  coverage: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  radius: number,
): void {
  const reach = radius + 1
  const [left, right] = [Math.max(0, Math.ceil(x - reach)), Math.min(width - 1, Math.floor(x + reach))]
  const [top, bottom] = [Math.max(0, Math.ceil(y - reach)), Math.min(height - 1, Math.floor(y + reach))]
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const covered = Math.min(1, radius + 0.5 - Math.hypot(column - x, row - y))
      const at = row * width + column
      if (covered > coverage[at]) coverage[at] = covered
    }
  }
}

/** Share of the plane that is covered, 0..1. */
export function coveredShare(coverage: Float32Array): number {
  let sum = 0
  for (const value of coverage) if (value >= HOLE) sum++
  return sum / coverage.length
}

/** A pixel of which so much is covered counts as lost. */
export const HOLE = 0.1

/** The points of a training curve as they come, kept few enough to send and to draw. */

type Point = [step: number, loss: number]

const MOST_POINTS = 1200

/**
 * The curve with one point more. A run that went back to its checkpoint takes its later points back. Of too many, every
 * second one of the older goes.
 */
export function withPoint(curve: readonly Point[], step: number, loss: number): Point[] {
  const before = curve.filter(([earlier]) => earlier < step)
  const next: Point[] = [...before, [step, loss]]
  return next.length <= MOST_POINTS ? next : next.filter((_, i) => i % 2 === 0 || i === next.length - 1)
}

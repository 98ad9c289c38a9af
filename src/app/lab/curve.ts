/** The points of a training curve as they come, kept few enough to send and to draw. */

type Point = [step: number, loss: number]

const MOST_POINTS = 1200

/**
 * The curve with one point more. A run that went back to its checkpoint takes its later points back. Of too many, the one
 * goes whose neighbours are closest to each other: all parts of a long run stay as finely drawn.
 */
export function withPoint(curve: readonly Point[], step: number, loss: number): Point[] {
  const before = curve.filter(([earlier]) => earlier < step)
  const next: Point[] = [...before, [step, loss]]
  if (next.length > MOST_POINTS) next.splice(mostCrowded(next), 1)
  return next
}

/** Never the first nor the last. */
function mostCrowded(curve: readonly Point[]): number {
  let [found, least] = [1, Number.POSITIVE_INFINITY]
  for (let i = 1; i < curve.length - 1; i++) {
    const gap = curve[i + 1][0] - curve[i - 1][0]
    if (gap < least) [found, least] = [i, gap]
  }
  return found
}

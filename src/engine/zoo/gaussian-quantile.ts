/** The value that N(0, 1) is below with probability `p`, 0 < p < 1: Newton's method on its distribution function. */
export function gaussianQuantile(p: number): number {
  let x = 0
  for (let i = 0; i < 50; i++) {
    const change = (distribution(x) - p) / (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI))
    x -= Math.max(-1, Math.min(1, change))
    if (Math.abs(change) < 1e-10) break
  }
  return x
}

/** Φ(x) by its series around 0 (Marsaglia 2004, "Evaluating the Normal Distribution"). */
function distribution(x: number): number {
  let sum = x
  let term = x
  for (let i = 3; Math.abs(term) > 1e-16 && i < 400; i += 2) {
    term *= (x * x) / i
    sum += term
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
}

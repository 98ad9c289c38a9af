/**
 * A small seeded random generator: sfc32 (Chris Doty-Humphrey, PractRand, 2010), seeded through splitmix32.
 * Training draws everything from `random(seed, step, …)`, so that step n is the same whether a run was resumed or not.
 */
export type Random = {
  /** Uniform in [0, 1). */
  uniform(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** An integer in [0, n). */
  below(n: number): number
  /** Fills `out` with independent N(0, 1) values (Box–Muller, 1958). */
  fillGaussian(out: Float32Array): void
}

export function random(...seeds: number[]): Random {
  let mixed = 0x9e3779b9
  const splitmix = () => {
    mixed = (mixed + 0x9e3779b9) | 0
    let t = mixed ^ (mixed >>> 16)
    t = Math.imul(t, 0x21f0aaad)
    t ^= t >>> 15
    t = Math.imul(t, 0x735a2d97)
    return (t ^ (t >>> 15)) | 0
  }
  for (const seed of seeds) {
    mixed = (mixed ^ Math.imul(seed | 0, 0x85ebca6b)) | 0
    mixed = splitmix()
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let counter = 1
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    c |= 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next()
  const uniform = () => next() / 4294967296

  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    below: (n) => Math.floor(uniform() * n),
    fillGaussian(out) {
      for (let i = 0; i < out.length; i += 2) {
        const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
        const angle = 2 * Math.PI * uniform()
        out[i] = radius * Math.cos(angle)
        if (i + 1 < out.length) out[i + 1] = radius * Math.sin(angle)
      }
    },
  }
}

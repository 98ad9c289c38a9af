export type Scale = {
  /** Value → px. */
  at(value: number): number
  ticks: { value: number; text: string }[]
}

/** An axis from px `from` to px `to` that holds all values, with a handful of round ticks. */
export function scaleOf(values: number[], from: number, to: number, logarithmic: boolean): Scale {
  const usable = logarithmic ? values.filter((value) => value > 0) : values
  const [low, high] = usable.length === 0 ? [1, 10] : [Math.min(...usable), Math.max(...usable)]
  return logarithmic ? logarithmicScale(low, high, from, to) : linearScale(low, high, from, to)
}

function linearScale(low: number, high: number, from: number, to: number): Scale {
  const range = high > low ? high - low : Math.abs(high) || 1
  const power = 10 ** Math.floor(Math.log10(range / 4))
  const step = power * [1, 2, 5, 10].find((factor) => range / (factor * power) <= 6)!
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step) + (high > low ? 0 : 1)]
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => tick((first + i) * step))
  return { ticks, at: (value) => from + ((value - first * step) / ((last - first) * step)) * (to - from) }
}

function logarithmicScale(low: number, high: number, from: number, to: number): Scale {
  // From a 1, 2 or 5 times a power of ten to another.
  const steps = (power: number) => [1, 2, 5].map((factor) => factor * 10 ** power)
  const powers = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const all = Array.from({ length: powers[1] - powers[0] + 1 }, (_, i) => steps(powers[0] + i)).flat()
  const first = all.findLast((value) => value <= low) ?? all[0]
  const last = all.find((value) => value >= high && value > first) ?? all[all.length - 1]
  const within = all.filter((value) => value >= first && value <= last)
  const few = within.length > 8 ? within.filter((value) => Math.log10(value) % 1 === 0) : within
  const [a, b] = [Math.log(first), Math.log(last)]
  return {
    ticks: few.map(tick),
    at: (value) => from + ((Math.log(Math.max(value, first)) - a) / (b - a)) * (to - from),
  }
}

function tick(value: number) {
  const rounded = Number(value.toPrecision(6))
  return { value, text: Math.abs(rounded) >= 1e5 ? rounded.toExponential() : String(rounded) }
}

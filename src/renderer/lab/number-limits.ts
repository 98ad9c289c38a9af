/** What a number of a run's settings must be. */
export type NumberLimits = {
  min?: number
  /** Instead of `min`: that one is too little itself. */
  above?: number | undefined
  max: number
  whole: boolean
}

/** '' where `value` is inside its limits; else what they are. */
export function brokenLimit(value: number, { min = 0, above, max, whole }: NumberLimits): string {
  const isEnough = above === undefined ? value >= min : value > above
  if (isEnough && value <= max && (!whole || Number.isInteger(value))) return ''
  const kind = whole ? 'A whole number' : 'A number'
  return above === undefined ? `${kind} from ${min} to ${max}.` : `More than ${above}, at most ${max}.`
}

/**
 * Time left, from the share done. Counted from the first report of something done, so that neither the start of a
 * backend nor the part of a training run that an earlier call did is taken for this one's speed.
 */
export function remainingTime(now: () => number = () => performance.now()) {
  let first: { at: number; done: number } | null = null
  /** ms, or null while too little is done to tell. */
  return (done: number): number | null => {
    if (done === 0) return null
    first ??= { at: now(), done }
    const share = done - first.done
    return share > 0.005 ? ((now() - first.at) * (1 - done)) / share : null
  }
}

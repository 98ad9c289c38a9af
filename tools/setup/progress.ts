import { SingleBar } from 'cli-progress'

/** Runs `work`, which may report how far it is (0..total). Shows nothing if it takes less than 2 s. */
export async function withProgress<T>(
  label: string,
  total: number | null,
  work: (report: (done: number) => void) => Promise<T>,
): Promise<T> {
  const SHOW_AFTER_MS = 2_000
  let done = 0
  let bar: SingleBar | null = null
  const startedAt = Date.now()
  const timer = setTimeout(() => {
    bar = makeBar(total !== null)
    bar.start(total ?? 1, done, { label, elapsed: elapsed(startedAt) })
  }, SHOW_AFTER_MS)
  const ticker = setInterval(() => bar?.update({ elapsed: elapsed(startedAt) }), 500)
  try {
    return await work((value) => {
      done = total === null ? value : Math.min(value, total)
      bar?.update(done)
    })
  } finally {
    clearTimeout(timer)
    clearInterval(ticker)
    bar = bar as SingleBar | null // assigned in the timer, which the compiler can't see
    bar?.update({ elapsed: elapsed(startedAt) })
    bar?.stop()
  }
}

/** On a terminal one line that is redrawn; elsewhere (CI, a pipe) a plain line every 5 s. */
function makeBar(knowsTotal: boolean): SingleBar {
  return new SingleBar({
    stream: process.stderr,
    format: knowsTotal ? '  {label}: {percentage} % ({elapsed})' : '  {label} ({elapsed})',
    noTTYOutput: true,
    notTTYSchedule: 5_000,
    hideCursor: true,
  })
}

function elapsed(startedAt: number): string {
  return `${Math.round((Date.now() - startedAt) / 1000)} s`
}

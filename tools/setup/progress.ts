import { SingleBar } from 'cli-progress'

/**
 * Runs `work`, which may report how far it is (0..total). Shows nothing if it takes less than 2 s; after that, on a
 * terminal one line that is redrawn, elsewhere (CI, a pipe) a plain line every 5 s.
 */
export async function withProgress<T>(
  label: string,
  total: number | null,
  work: (report: (done: number) => void) => Promise<T>,
): Promise<T> {
  const SHOW_AFTER_MS = 2_000
  const startedAt = Date.now()
  let done = 0
  let display: Display | null = null
  const show = () => display?.show(done, `${Math.round((Date.now() - startedAt) / 1000)} s`)
  const timer = setInterval(() => {
    if (Date.now() - startedAt < SHOW_AFTER_MS) return
    display ??= process.stderr.isTTY ? redrawnLine(label, total) : plainLines(label, total)
    show()
  }, 500)
  try {
    return await work((value) => {
      done = value
    })
  } finally {
    clearInterval(timer)
    show()
    ;(display as Display | null)?.end()
  }
}

interface Display {
  show(done: number, elapsed: string): void
  end(): void
}

function redrawnLine(label: string, total: number | null): Display {
  const format = total === null ? '  {label} ({elapsed})' : '  {label} {bar} {percentage} % ({elapsed})'
  const bar = new SingleBar({ stream: process.stderr, format, hideCursor: true, barsize: 24 })
  bar.start(total ?? 1, 0, { label, elapsed: '2 s' })
  return { show: (done, elapsed) => bar.update(done, { elapsed }), end: () => bar.stop() }
}

function plainLines(label: string, total: number | null): Display {
  const EVERY_MS = 5_000
  let shownAt = 0
  const show = (done: number, elapsed: string) => {
    if (Date.now() - shownAt < EVERY_MS) return
    shownAt = Date.now()
    const percent = total === null ? '' : `${Math.min(100, Math.floor((100 * done) / total))} %, `
    console.error(`  ${label} (${percent}${elapsed})`)
  }
  return { show, end: () => {} }
}

/** Progress on stderr: a bar that redraws itself on a terminal, a plain line now and then elsewhere. */
import { MultiBar } from 'cli-progress'
import type { Progress } from '../contract/engine-protocol.ts'
import { inWords } from './quantities.ts'
import type { ErrorOutput } from './terminal.ts'

const PLAIN_LINE_EVERY_MS = 10_000

export type ProgressView = {
  update(progress: Progress): void
  /** A line that stays. */
  say(line: string): void
  stop(): void
}

/** Runs `work` with a view of its progress, which is gone when this returns. */
export async function withProgress<T>(
  output: ErrorOutput,
  work: (view: ProgressView) => Promise<T>,
): Promise<T> {
  const view = output.isTTY ? bar(output) : plainLines(output)
  try {
    return await work(view)
  } finally {
    view.stop()
  }
}

function bar(output: ErrorOutput): ProgressView {
  const bars = new MultiBar({
    stream: output,
    format: '{bar} {percentage} %  {label}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    // Ctrl-C is ours: the work ends in its own time, and the bar with it.
    gracefulExit: false,
  })
  const only = bars.create(1, 0, { label: 'Starting' })
  return {
    update: (progress) => only.update(progress.done, { label: describe(progress) }),
    say: (line) => bars.log(`${line}\n`),
    stop() {
      bars.update() // what was said since the last redraw is still in its buffer
      bars.stop()
    },
  }
}

function plainLines(output: ErrorOutput): ProgressView {
  let lastLineAt = Date.now()
  const say = (line: string) => {
    lastLineAt = Date.now()
    output.write(`${line}\n`)
  }
  return {
    update(progress) {
      if (Date.now() - lastLineAt < PLAIN_LINE_EVERY_MS) return
      say(`${Math.floor(progress.done * 100)} %  ${describe(progress)}`)
    },
    say,
    stop() {},
  }
}

function describe({ label, remainingMs }: Progress): string {
  return remainingMs === null ? label : `${label}, ${inWords(remainingMs)} left`
}

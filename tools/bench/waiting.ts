/** How long threads had to wait for a core that something else computed on. Linux alone tells. */
import { readdirSync, readFileSync } from 'node:fs'

/** Of a process's threads, together, ns: on a core, and ready to run but without one. */
export type Scheduling = { running: number; waiting: number }

/** Since each thread began; of threads that have ended nothing is known. null where the system does not tell. */
export function schedulingOf(pid: number): Scheduling | null {
  try {
    const threads = `/proc/${pid}/task`
    let [running, waiting] = [0, 0]
    for (const thread of readdirSync(threads)) {
      const [ran, waited] = readFileSync(`${threads}/${thread}/schedstat`, 'utf8').split(' ').map(Number)
      running += ran
      waiting += waited
    }
    return { running, waiting }
  } catch {
    return null
  }
}

/** The share of the time, between two moments, in which threads that wanted to compute could: 0..1; 1 if unknown. */
export function shareOfCores(before: Scheduling | null, after: Scheduling | null): number {
  if (!before || !after) return 1
  const running = after.running - before.running
  const waiting = after.waiting - before.waiting
  return running > 0 && waiting >= 0 ? running / (running + waiting) : 1
}

/** Processes that this one has started, which still run. Linux alone tells. */
export function childProcesses(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && parentOf(name) === process.pid)
      .map(Number)
  } catch {
    return []
  }
}

function parentOf(pid: string): number | null {
  try {
    // "pid (command, which may hold anything) state parent …"
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) \S /s, '')
        .split(' ')[0],
    )
  } catch {
    return null
  }
}

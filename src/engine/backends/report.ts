/** What the doctor says of each backend: usable or not, how fast, why not and what to do. */
import { fork } from 'node:child_process'
import {
  BACKENDS,
  type BackendName,
  type BackendReport,
  backendReportSchema,
} from '../../contract/backend.ts'
import { cudaProblem } from './nvidia.ts'

/** A backend that says nothing for so long hangs, ms. */
const PATIENCE_MS = 60_000

/**
 * Tries every backend, one after the other, so that none slows another. Each in a process of its own: a crash is an answer.
 * Fewer, once `signal` aborts.
 */
export async function reportBackends(signal: AbortSignal): Promise<BackendReport[]> {
  const reports: BackendReport[] = []
  for (const name of BACKENDS) if (!signal.aborted) reports.push(await reportBackend(name, { signal }))
  return reports
}

/** Exported for its test, which has the child do other things. */
export async function reportBackend(
  name: BackendName,
  {
    script = new URL('./report-child.ts', import.meta.url),
    patienceMs = PATIENCE_MS,
    signal,
  }: { script?: URL; patienceMs?: number; signal?: AbortSignal } = {},
): Promise<BackendReport> {
  // TensorFlow says on stderr, and nowhere else, which library of CUDA it did not find: since 2.12 only when asked.
  const environment = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0', TF_CPP_VMODULE: 'dso_loader=1' }
  const child = fork(script, [name], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: environment,
    signal,
    killSignal: 'SIGKILL',
  })
  let report: BackendReport | null = null
  let said = ''
  child.on('message', (message) => {
    report = backendReportSchema.parse(message)
  })
  child.stderr?.on('data', (chunk) => {
    said = (said + chunk).slice(-100_000)
  })
  const end = await new Promise<string>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    const finish = (how: string) => {
      clearTimeout(timer)
      resolve(how)
    }
    child.on('error', (error) => finish(error.message))
    child.on('close', (code, signal) => finish(signal ?? `exit code ${code}`))
  })
  if (report) return withCudaProblem(report, said)
  return crashed(name, end)
}

function crashed(name: BackendName, end: string): BackendReport {
  const problem = end === 'SIGKILL' ? 'It does not answer.' : `It crashes as it starts or computes (${end}).`
  const remedy =
    name === 'tensorflow'
      ? 'Run `npm run setup:tensorflow -- --verify`; on a processor without AVX, Limpid computes on wasm.'
      : name === 'webgpu'
        ? "Update the GPU's driver."
        : 'Report this as a bug of Limpid.'
  return { name, usable: false, device: '', problem, remedy, died: true, gigaflops: null, startMs: null }
}

/** On a GPU nothing is wrong, whatever was said of libraries on the way. */
function withCudaProblem(report: BackendReport, said: string): BackendReport {
  if (report.name !== 'tensorflow' || !report.usable || report.driver !== undefined) return report
  const note = cudaProblem(said)
  return note === null ? report : { ...report, note }
}

/** The peer's side of peers/peer.ts, for peers that run on Node. */
import { createInterface } from 'node:readline'
import type { Work } from '../work.ts'

export type Performer = {
  /** What computes, with its version, and on what. Called first; throws if it can't be had. */
  hello(): Promise<{ engine: string; device: string }>
  /** Gets ready for a work on a model folder, which is also there as an ONNX file. */
  prepare(folder: string, onnx: string, work: Work): Promise<void>
  /** Does the work once. Only this is timed. */
  run(): Promise<void>
  /** Of the last run: `samples` values of the output picture, or the loss. */
  figures(samples: number): number[]
}

export function serve(performer: Performer): void {
  // Answers alone go to stdout: libraries that greet there are sent to stderr.
  console.log = console.info = console.error
  const answerTo = async (request: Record<string, unknown>): Promise<object> => {
    switch (request.ask) {
      case 'hello':
        return performer.hello()
      case 'prepare':
        await performer.prepare(request.folder as string, request.onnx as string, request.work as Work)
        return {}
      case 'run': {
        const start = performance.now()
        await performer.run()
        const ms = performance.now() - start
        return { ms, figures: performer.figures(request.samples as number) }
      }
      default:
        throw new Error(`unknown request ${request.ask}`)
    }
  }
  const lines = createInterface({ input: process.stdin })
  lines.on('line', async (line) => {
    const answer = await answerTo(JSON.parse(line)).catch((thrown) => ({
      error: String(thrown?.message ?? thrown),
    }))
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  })
  lines.on('close', () => process.exit(0))
}

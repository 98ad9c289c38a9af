/** Measures models on every backend that works here, in turns. The bare networks: `process` shows what a picture takes. */
import path from 'node:path'
import { BACKENDS } from '../../contract/backend.ts'
import type { EngineOutput } from '../../contract/engine-protocol.ts'
import { ContenderProcess } from '../bench/contender.ts'
import { type Limits, lineUp, measure } from '../bench/rounds.ts'
import { worksOf } from '../bench/works.ts'
import { cancelled } from '../cancelled.ts'
import type { JobHandler } from './job.ts'

const FULL: Limits = { rounds: 11, budgetMs: 60_000, slowestMs: 20_000, pauseMs: 150 }
const QUICK: Limits = { rounds: 3, budgetMs: 10_000, slowestMs: 8_000, pauseMs: 150 }

export const bench: JobHandler<'bench'> = async ({ folders, quick }, context) => {
  const { name: reference } = await context.backend()
  // The reference first: the others' numbers are compared with its.
  const names = [reference, ...BACKENDS.filter((name) => name !== reference)]
  const contenders = names.map((name) => new ContenderProcess(name))
  const close = () => {
    for (const contender of contenders) contender.close()
  }
  context.signal.addEventListener('abort', close, { once: true })
  try {
    const backends: EngineOutput<'bench'>['backends'] = []
    const working: ContenderProcess[] = []
    for (const contender of contenders) {
      const { name } = contender
      await context.step(0, `Starting ${name}`)
      try {
        backends.push({ name, device: await contender.start(name === reference), problem: null })
        working.push(contender)
      } catch (thrown) {
        backends.push({ name, device: '', problem: (thrown as Error).message })
      }
    }
    const works = worksOf(quick)
    const measurements: EngineOutput<'bench'>['measurements'] = []
    for (const [i, folder] of folders.entries()) {
      const model = { name: path.basename(folder), folder }
      await context.step(i / folders.length, model.name)
      const field = await lineUp(working, folder)
      for (const [j, work] of works.entries()) {
        await context.step((i + j / works.length) / folders.length, `${model.name}, ${work.name}`)
        measurements.push(await measure(field, reference, model, work, quick ? QUICK : FULL))
      }
    }
    await context.step(1, 'Measured')
    return { reference, backends, measurements }
  } catch (thrown) {
    throw context.signal.aborted ? cancelled() : thrown
  } finally {
    context.signal.removeEventListener('abort', close)
    close()
  }
}

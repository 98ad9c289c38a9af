import { expect, it, vi } from 'vitest'
import type { BackendReport } from '../../contract/backend.ts'
import type { Backend } from '../backends/backend.ts'
import { Compute } from '../compute.ts'
import { tf } from '../tf.ts'
import { doctor } from './doctor.ts'
import { aloneWith } from './job-context.ts'

const events: string[] = []
const report: BackendReport = {
  name: 'tensorflow',
  usable: false,
  device: '',
  problem: 'It crashes as it starts or computes (SIGSEGV).',
  remedy: 'Get another.',
  died: true,
  gigaflops: null,
  startMs: null,
}
vi.mock('../backends/report.ts', () => ({
  async reportBackends() {
    await new Promise((resolve) => setTimeout(resolve, 50))
    events.push('reported')
    return [report]
  },
}))

const backend = (name: Backend['name']): Backend => ({
  name,
  async start() {
    events.push(`started ${name}`)
    await tf.setBackend('cpu')
    return { device: name }
  },
})

it('starts a backend in its own process after all were tried in theirs, and none that crashed there', async () => {
  const compute = new Compute({ backends: [backend('tensorflow'), backend('cpu')] })
  const { problem } = report
  expect(await doctor({}, aloneWith(compute))).toMatchObject({
    backends: [report],
    chosen: { name: 'cpu', passedOver: [{ name: 'tensorflow', problem }] },
  })
  expect(events).toEqual(['reported', 'started cpu'])
})

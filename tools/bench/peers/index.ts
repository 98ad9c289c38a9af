/** The table of peers: to measure one more engine, add its program and its line here. */
import os from 'node:os'
import path from 'node:path'
import { BACKENDS } from '../../../src/contract/backend.ts'
import type { PeerCommand } from './peer.ts'

const program = (name: string) => path.join(import.meta.dirname, name)
/** Every peer that has threads has as many. */
const threads = String(os.availableParallelism())

export const PEERS: readonly PeerCommand[] = [
  ...BACKENDS.map((backend) => ({
    id: `limpid-${backend}`,
    program: process.execPath,
    args: [program('limpid.ts'), backend],
  })),
  { id: 'onnxruntime', program: process.execPath, args: [program('onnxruntime.ts'), threads] },
  {
    id: 'torch',
    program: process.env.LIMPID_BENCH_PYTHON ?? 'python3',
    args: [program('pytorch.py'), threads],
  },
]

/** Others, beside which Limpid's backends are put. */
export const OTHERS = ['onnxruntime', 'torch']

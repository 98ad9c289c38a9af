/** The table of peers: to measure one more engine, add its program and its line here. */
import os from 'node:os'
import path from 'node:path'
import { ENGINE_ARGUMENTS, engineEnvironment } from '../../../src/app/engine-environment.ts'
import { BACKENDS } from '../../../src/contract/backend.ts'
import type { PeerCommand } from './peer.ts'

const program = (name: string) => path.join(import.meta.dirname, name)
/** As the app starts its engines; the others are given the huge pages too, which is worth up to a tenth to them. */
const env = engineEnvironment()
/** Every peer that has threads has as many. */
const threads = String(os.availableParallelism())

export const PEERS: readonly PeerCommand[] = [
  ...BACKENDS.map((backend) => ({
    id: `limpid-${backend}`,
    program: process.execPath,
    args: [...ENGINE_ARGUMENTS, program('limpid.ts'), backend],
    env,
  })),
  {
    id: 'onnxruntime',
    program: process.execPath,
    args: [program('onnxruntime.ts'), threads],
    env,
  },
  {
    id: 'torch',
    program: process.env.LIMPID_PYTHON ?? 'python3',
    args: [program('pytorch.py'), threads],
    env,
  },
]

/** Others, beside which Limpid's backends are put. */
export const OTHERS = ['onnxruntime', 'torch']

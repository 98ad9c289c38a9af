/** Backend `cpu`: tfjs's kernels in plain JavaScript. Always there, and slow: the last resort. */
import os from 'node:os'
import { tf } from '../tf.ts'
import type { Backend } from './backend.ts'
import { mendResizeGradient } from './cpu/resize-gradient.ts'

export const cpu: Backend = {
  name: 'cpu',
  async start() {
    await tf.setBackend('cpu')
    mendResizeGradient()
    return { device: 'JavaScript', memory: os.totalmem() }
  },
}

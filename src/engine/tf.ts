/**
 * TensorFlow.js, with what is broken in it wrapped in one place. Import `tf` from here, never from the package,
 * so that its repairs are in force before the first tensor.
 */
import util from 'node:util'
import * as tf from '@tensorflow/tfjs'

// tfjs-node 4.22 calls two functions that Node ≥ 23 removed (tfjs#8609).
const removed: Record<string, (value: unknown) => boolean> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
}
for (const [name, test] of Object.entries(removed)) {
  if (!(name in util)) Object.defineProperty(util, name, { value: test })
}

tf.env().set('IS_TEST', false)

export { tf }

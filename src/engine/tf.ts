/**
 * TensorFlow.js, with what is broken in it wrapped in one place. Import `tf` from here, never from the package,
 * so that its repairs are in force before the first tensor.
 */
import util from 'node:util'
import * as tf from '@tensorflow/tfjs'

// tfjs-node 4.22 calls two functions that Node deprecated (a warning on stderr) and then removed (tfjs#8609).
const replaced: Record<string, (value: unknown) => boolean> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
}
for (const [name, test] of Object.entries(replaced)) {
  Object.defineProperty(util, name, { value: test, configurable: true })
}

tf.env().set('IS_TEST', false)
// Silences its advice on the console, to install what may well be running; nothing else hangs on it.
tf.enableProdMode()

export { tf }

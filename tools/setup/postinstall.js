// Run by npm after every install, by whatever Node is first on the PATH. It never fails the install: without
// TensorFlow's native library the app runs on wasm, and `npm run setup:tensorflow` can be run again at any time.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findNode } from '../../bin/findNode.js'

if (process.env.LIMPID_SKIP_TENSORFLOW) {
  console.error('LIMPID_SKIP_TENSORFLOW is set: TensorFlow is not set up, the app runs on wasm.')
} else {
  const { path: node, problem } = findNode()
  if (problem) console.error(problem)
  const setup = fileURLToPath(new URL('./tensorflow.ts', import.meta.url))
  const { error, signal } = node ? spawnSync(node, [setup], { stdio: 'inherit' }) : {}
  if (error || signal)
    console.error(`${node} ${error ? `does not start: ${error.message}` : `ended by ${signal}`}.`)
  if (!node || error || signal) {
    console.error('TensorFlow is not set up, so the app runs on wasm: npm run setup:tensorflow tries again.')
  }
}

// Run by npm after every install, by whatever Node is first on the PATH. It never fails the install: without
// TensorFlow's native library the app runs on wasm, and `npm run setup:tensorflow` can be run again at any time.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findNode } from '../../bin/findNode.js'

if (process.env.LIMPID_SKIP_TENSORFLOW) {
  console.error('LIMPID_SKIP_TENSORFLOW is set: TensorFlow is not set up, the app runs on wasm.')
} else {
  const node = findNode()
  if (node) {
    const setup = fileURLToPath(new URL('./tensorflow.ts', import.meta.url))
    // fetch() heeds HTTPS_PROXY only when told to before it starts.
    spawnSync(node, [setup], { stdio: 'inherit', env: { ...process.env, NODE_USE_ENV_PROXY: '1' } })
  } else {
    console.error(
      'Node 24 was not installed, so TensorFlow is not set up: run npm ci again, or npm rebuild node.',
    )
  }
}

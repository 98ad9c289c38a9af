/** What a GPU does when it fails, on SwiftShader, the software Vulkan that every Chromium brings. */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { GpuFaults } from './testing/gpu-faults.ts'

const installed = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].every((name) => {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
})
const swiftShader = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].find((folder) =>
  existsSync(path.join(folder, 'vk_swiftshader_icd.json')),
)
if (!installed || !swiftShader) {
  console.warn('SKIPPED: a lost GPU. It wants the package webgpu, and SwiftShader: `apt install chromium`.')
}

it.skipIf(!installed || !swiftShader)(
  'a GPU that refuses a buffer says so, and one that is lost costs no picture',
  async () => {
    const faults = await new Promise<GpuFaults>((resolve, reject) => {
      const child = fork(new URL('./testing/gpu-faults.ts', import.meta.url), [], {
        execArgv: [],
        env: {
          ...process.env,
          VK_ICD_FILENAMES: path.join(swiftShader!, 'vk_swiftshader_icd.json'),
          // Chromium's Vulkan loader, where the system has none.
          LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, swiftShader].filter(Boolean).join(':'),
        },
      })
      child.on('message', (message) => resolve(message as GpuFaults))
      child.on('exit', (code) => reject(new Error(`the child ended with ${code}`)))
    })
    expect(faults.refused).toContain('exceeds the max buffer size')
    expect(faults.unharmed).toBe(true)
    expect(faults.announced).toMatchObject([
      { name: 'webgpu' },
      {
        name: 'cpu',
        passedOver: [{ name: 'webgpu', problem: expect.stringMatching(/webgpu failed as it computed: \S/) }],
      },
    ])
    expect(faults.difference).toBeLessThanOrEqual(1)
  },
)

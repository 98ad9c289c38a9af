/** WebGPU on SwiftShader, the software Vulkan that every Chromium brings: slow, and the same numbers as a GPU's. */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { shippedModels } from './testing/shipped-models.ts'
import type { Agreement } from './testing/webgpu-agreement.ts'
import { webgpu } from './webgpu.ts'

const require = createRequire(import.meta.url)
const installed = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].every((name) => {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
})
const swiftShader = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].find((folder) =>
  existsSync(path.join(folder, 'vk_swiftshader_icd.json')),
)
if (installed && !swiftShader) {
  console.warn('SKIPPED: WebGPU. No SwiftShader here: `apt install chromium` brings it.')
}

describe('WebGPU', () => {
  it.skipIf(installed)('says that its package is missing, and how to have it', async () => {
    await expect(webgpu.start({ asked: true })).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringMatching(/^The package \S+ is not installed\.$/),
      hint: expect.stringMatching(/^Run `npm install \S+`\.$/),
    })
  })

  it.skipIf(!installed || !swiftShader)(
    'restores and differentiates as cpu does, with every shipped model',
    async () => {
      const agreement = await new Promise<Agreement>((resolve, reject) => {
        const child = fork(new URL('./testing/webgpu-agreement.ts', import.meta.url), [], {
          execArgv: [],
          env: {
            ...process.env,
            VK_ICD_FILENAMES: path.join(swiftShader!, 'vk_swiftshader_icd.json'),
            // Chromium's Vulkan loader, where the system has none.
            LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, swiftShader].filter(Boolean).join(':'),
          },
        })
        child.on('message', (message) => resolve(message as Agreement))
        child.on('exit', (code) => reject(new Error(`the child ended with ${code}`)))
      })
      expect(agreement.device).toMatch(/^WebGPU · \S/)
      expect(agreement.models.map(({ name }) => name)).toEqual(shippedModels)
      for (const { name, output, gradient } of agreement.models) {
        expect(output, name).toBeLessThan(1e-3)
        expect(gradient, name).toBeLessThan(1e-2)
      }
    },
    60_000 + 90_000 * shippedModels.length,
  )
})

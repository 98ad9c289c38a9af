import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cudaProblem, nvidiaGpus, whyUndriven, whyUnused } from './nvidia.ts'

const LINUX = { platform: 'linux', arch: 'x64' }

describe("NVIDIA's GPUs", () => {
  const { PATH } = process.env
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-nvidia-'))
    process.env.PATH = folder
  })
  afterEach(async () => {
    process.env.PATH = PATH
    await rm(folder, { recursive: true, force: true })
  })

  async function nvidiaSmi(code: string): Promise<void> {
    const file = path.join(folder, 'nvidia-smi')
    // By a shell: an interpreter's path may have no space.
    await writeFile(`${file}.js`, code)
    await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${file}.js' "$@"\n`)
    await chmod(file, 0o755)
  }

  it('are named, with their memory and what their driver brings', async () => {
    await nvidiaSmi(`
      console.log(process.argv.length > 2
        ? 'NVIDIA RTX A2000, 6138, 550.54.14\\nTesla T4, 15360, 550.54.14'
        : '| NVIDIA-SMI 550.54.14    Driver Version: 550.54.14    CUDA Version: 12.4     |')`)
    const driver = 'NVIDIA driver 550.54.14, CUDA up to 12.4'
    expect(await nvidiaGpus()).toEqual([
      { device: 'NVIDIA RTX A2000', memory: 6138 * 2 ** 20, driver },
      { device: 'Tesla T4', memory: 15360 * 2 ** 20, driver },
    ])
  })

  it("have no memory of their own where they share the computer's", async () => {
    await nvidiaSmi(`if (process.argv.length > 2) console.log('NVIDIA GB10, [N/A], 580.95.05')`)
    expect(await nvidiaGpus()).toEqual([{ device: 'NVIDIA GB10', driver: 'NVIDIA driver 580.95.05' }])
  })

  it('go unused where the environment hides them, else because CUDA was not set up', () => {
    const gpu = { device: 'Tesla T4', driver: 'NVIDIA driver 550.54.14' }
    for (const hidden of ['', '-1', ' -1 ']) {
      expect(whyUnused(gpu, { CUDA_VISIBLE_DEVICES: hidden }, LINUX)).toContain(
        'CUDA_VISIBLE_DEVICES hides it',
      )
    }
    for (const seen of [{}, { CUDA_VISIBLE_DEVICES: '0' }, { CUDA_VISIBLE_DEVICES: 'GPU-8932f937' }]) {
      expect(whyUnused(gpu, seen, LINUX)).toBe(
        'The Tesla T4 is not used: TensorFlow is set up without CUDA. Run `npm run setup:tensorflow -- --gpu`.',
      )
    }
    expect(whyUndriven(LINUX)).toContain('setup:tensorflow -- --gpu')
  })

  it('have no set-up advised that there is no build with CUDA for', () => {
    const gpu = { device: 'NVIDIA GB10', driver: 'NVIDIA driver 580.95.05' }
    const said = "Could not load dynamic library 'cudart64_110.dll'"
    for (const machine of [
      { platform: 'linux', arch: 'arm64' },
      { platform: 'win32', arch: 'x64' },
    ]) {
      for (const advice of [whyUnused(gpu, {}, machine), whyUndriven(machine), cudaProblem(said, machine)]) {
        expect(advice).toMatch(/LIMPID_TENSORFLOW|CUDA and cuDNN|NVIDIA's driver\.$/)
        expect(advice).not.toContain('--gpu')
      }
    }
  })

  it('are none where there is no driver, or it does not run', async () => {
    expect(await nvidiaGpus()).toEqual([])
    await nvidiaSmi(`console.log("NVIDIA-SMI couldn't find libnvidia-ml.so library"); process.exit(12)`)
    expect(await nvidiaGpus()).toEqual([])
  })
})

describe('what keeps CUDA from computing', () => {
  const missing = (library: string) =>
    `I0000 dso_loader.cc:63] Could not load dynamic library '${library}'; dlerror: ${library}: cannot open shared object file\n`

  it('is the libraries that were not found, each once', () => {
    const said = ['libcudart.so.12', 'libcudnn.so.9', 'libcudart.so.12'].map(missing).join('')
    expect(cudaProblem(said, LINUX)).toBe(
      'It does not use the NVIDIA GPU: it misses libcudart.so.12, libcudnn.so.9. Run `npm run setup:tensorflow -- --gpu`.',
    )
  })

  it("is not the driver's own library, which is missing on every machine without such a GPU", () => {
    expect(cudaProblem(missing('libcuda.so.1') + missing('libnvinfer.so.10'))).toBeNull()
    expect(
      cudaProblem(
        'failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device',
      ),
    ).toBeNull()
    expect(cudaProblem('oneDNN custom operations are on.')).toBeNull()
  })

  it('is a driver on which CUDA does not start', () => {
    const said =
      'E0000 cuda_platform.cc:51] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error'
    expect(cudaProblem(said)).toContain("CUDA does not start (CUDA_ERROR_UNKNOWN). Update NVIDIA's driver")
  })
})

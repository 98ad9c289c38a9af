/** Backend `webgpu`: tfjs's WebGPU kernels on Dawn (Vulkan, Metal, Direct3D 12). Any vendor's GPU, no CUDA. */
import { tf } from '../tf.ts'
import { type Backend, unavailable } from './backend.ts'

export const webgpu: Backend = {
  name: 'webgpu',
  async start({ asked }) {
    const { create, globals } = await load<Dawn>('webgpu')
    Object.assign(globalThis, globals)
    const gpu = create([])
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) throw whyNoGpu()
    const device = nameOf(adapter.info)
    const software = isSoftware(adapter.info)
    if (software && !asked) {
      throw unavailable(
        `There is no GPU behind Vulkan here, only a software one (${device}), which is slower than wasm.`,
        'Install the driver of your GPU, or ask for it with --backend webgpu.',
      )
    }
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
    await load('@tensorflow/tfjs-backend-webgpu')
    try {
      if (!(await tf.setBackend('webgpu'))) throw new Error('it could not be made the backend')
      await tf.ready()
    } catch (thrown) {
      // The process would not end while it holds a GPU.
      Reflect.deleteProperty(globalThis.navigator, 'gpu')
      throw unavailable(
        `${device} was found, but WebGPU does not start on it: ${(thrown as Error).message.split('\n')[0]}`,
        "Update the GPU's driver.",
        thrown,
      )
    }
    const note =
      'This is no GPU but a program that plays one: wasm is faster. It is used only when asked for.'
    return {
      device: `WebGPU · ${device}`,
      ...(/\d/.test(adapter.info.description) && { driver: adapter.info.description }),
      ...(software && { note }),
    }
  },
}

/** What is used of npm `webgpu`. */
type Dawn = {
  create(flags: string[]): {
    requestAdapter(options: object): Promise<{ info: AdapterInfo } | null>
  }
  globals: object
}

type AdapterInfo = {
  vendor: string
  architecture: string
  device: string
  description: string
  isFallbackAdapter?: boolean
}

async function load<T>(name: string): Promise<T> {
  try {
    return await import(name)
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)) {
      throw unavailable(`The package ${name} is not installed.`, `Run \`npm install ${name}\`.`, thrown)
    }
    throw unavailable(
      `The package ${name} does not load here: ${message.split('\n')[0]}`,
      'Run `npm ci` again.',
      thrown,
    )
  }
}

/** Dawn gives the GPU's name as an identifier ("nvidia-geforce-rtx-3090"), and of its driver what a person can read. */
function nameOf({ vendor, architecture, device, description }: AdapterInfo): string {
  const name = device.replaceAll('-', ' ').trim()
  return [name, description].find((words) => /[a-z]{2}/i.test(words)) ?? `${vendor} ${architecture}`.trim()
}

function isSoftware({ isFallbackAdapter, ...names }: AdapterInfo): boolean {
  return (
    isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|basic render/i.test(Object.values(names).join())
  )
}

function whyNoGpu(): Error {
  if (process.platform === 'linux' && !hasLibrary('libvulkan.so.1')) {
    return unavailable(
      'Vulkan is missing: there is no libvulkan.so.1.',
      "Install the Vulkan loader and your GPU's driver (Debian, Ubuntu: `apt install libvulkan1 mesa-vulkan-drivers`).",
    )
  }
  return unavailable(
    'No GPU with a driver that WebGPU can use was found.',
    "Install or update the GPU's driver; on a machine without a GPU there is nothing to do.",
  )
}

/** Whether the system's loader finds a shared library. */
function hasLibrary(name: string): boolean {
  try {
    process.dlopen({ exports: {} }, name)
    return true
  } catch (thrown) {
    // A library that is found is still no Node addon, which is another message.
    return !(thrown as Error).message.includes('cannot open shared object file')
  }
}

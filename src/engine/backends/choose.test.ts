import { describe, expect, it } from 'vitest'
import type { BackendName } from '../../contract/backend.ts'
import { LimpidError } from '../../contract/errors.ts'
import { tf } from '../tf.ts'
import { type Backend, unavailable } from './backend.ts'
import { chooseBackend } from './choose.ts'
import { overrideKernel } from './override-kernel.ts'

/** A backend of that name which is really `cpu`. */
const works = (name: BackendName, device = `${name}'s device`): Backend => ({
  name,
  async start() {
    await tf.setBackend('cpu')
    return { device }
  },
})
const fails = (name: BackendName, problem: string, remedy: string): Backend => ({
  name,
  start: () => Promise.reject(unavailable(problem, remedy)),
})
const softwareGpu: Backend = {
  name: 'webgpu',
  start: ({ asked }) =>
    asked
      ? works('webgpu').start({ asked })
      : Promise.reject(unavailable('Only a software GPU is here.', 'Ask for it.')),
}
const noTensorflow = fails('tensorflow', 'It is not set up.', 'Run the set-up.')

describe('the choice of a backend', () => {
  it('takes the first that works, and says why not a better one', async () => {
    const choice = await chooseBackend(undefined, [noTensorflow, softwareGpu, works('wasm'), works('cpu')])
    expect(choice).toEqual({
      name: 'wasm',
      device: "wasm's device",
      passedOver: [
        { name: 'tensorflow', problem: 'It is not set up.' },
        { name: 'webgpu', problem: 'Only a software GPU is here.' },
      ],
    })
  })

  it('takes the one that is asked for, though a better one works', async () => {
    const choice = await chooseBackend('webgpu', [works('tensorflow'), softwareGpu, works('cpu')])
    expect(choice).toMatchObject({ name: 'webgpu', passedOver: [] })
  })

  it('does not give way when the one asked for fails: it says why, what to do, and what works here', async () => {
    const table = [noTensorflow, softwareGpu, works('wasm'), works('cpu')]
    await expect(chooseBackend('tensorflow', table)).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: "The backend tensorflow can't be used. It is not set up.",
      hint: 'Run the set-up. What works here: wasm, cpu.',
    })
  })

  it('fails with the reasons when none works', async () => {
    const table = [noTensorflow, fails('wasm', 'Its files are gone.', 'Install again.')]
    const error = await chooseBackend(undefined, table).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LimpidError)
    expect((error as Error).message).toContain('tensorflow: It is not set up. wasm: Its files are gone.')
  })

  it('passes over a backend that computes wrong numbers, and names what is wrong', async () => {
    await tf.setBackend('cpu')
    const healthy = tf.getKernel(tf.Conv2D, 'cpu').kernelFunc
    let faulty = true
    overrideKernel('cpu', tf.Conv2D, () => (args) => {
      const y = healthy(args) as tf.TensorInfo
      if (faulty)
        (args.backend as unknown as { readSync(id: object): Float32Array }).readSync(y.dataId)[0] += 1
      return y
    })
    const cured: Backend = {
      name: 'wasm',
      start: (options) => {
        faulty = false
        return works('wasm').start(options)
      },
    }
    const choice = await chooseBackend(undefined, [works('webgpu'), cured])
    expect(choice.name).toBe('wasm')
    expect(choice.passedOver[0].problem).toContain('It computes wrong numbers: a convolution is off by')
  })

  it('survives a backend that throws what nobody foresaw', async () => {
    const broken: Backend = {
      name: 'webgpu',
      start: () => Promise.reject(new TypeError('x is not a function\n  at …')),
    }
    const choice = await chooseBackend(undefined, [broken, works('cpu')])
    expect(choice.passedOver).toEqual([
      { name: 'webgpu', problem: 'It fails as it starts: x is not a function' },
    ])
  })

  it('finds one here', async () => {
    const { name, device } = await chooseBackend()
    expect(tf.getBackend()).toBe(name)
    expect(device).not.toBe('')
    expect(await chooseBackend('wasm')).toMatchObject({ name: 'wasm', passedOver: [] })
    expect(tf.getBackend()).toBe('wasm')
  })
})

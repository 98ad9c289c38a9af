import { beforeEach, describe, expect, it } from 'vitest'
import type { BackendChoice, BackendName } from '../contract/backend.ts'
import { type ErrorCode, LimpidError } from '../contract/errors.ts'
import type { Backend } from './backends/backend.ts'
import { Compute, type Session } from './compute.ts'
import { tf } from './tf.ts'

/** A backend of that name which is really `cpu`. */
const works = (name: BackendName): Backend => ({
  name,
  async start() {
    await tf.setBackend('cpu')
    return { device: `${name}'s device` }
  },
})
const ALL = ['tensorflow', 'webgpu', 'wasm'] as const

let announced: BackendChoice[]
let compute: Compute
function computeOn(names: readonly BackendName[], wanted?: BackendName): Compute {
  announced = []
  return new Compute({
    wanted,
    workers: 3,
    backends: names.map(works),
    onChoice: (choice) => announced.push(choice),
  })
}
beforeEach(() => {
  compute = computeOn(ALL)
})

/** Work that fails with `code` on the backends named, and else gives the backend's name. */
function failingOn(names: readonly BackendName[], code: ErrorCode = 'backend-unavailable') {
  const tried: BackendName[] = []
  const work = async ({ choice: { name } }: Session) => {
    tried.push(name)
    if (names.includes(name)) throw new LimpidError(code, `It failed on ${name}.`)
    return name
  }
  return { tried, work }
}
const announcements = () => announced.map(({ name }) => name)

describe('a backend that fails at its work', () => {
  it('gives way to the next best, which is announced with the reason and stays', async () => {
    const { tried, work } = failingOn(['tensorflow'])
    expect(await compute.withFallback(work)).toBe('webgpu')
    expect(await compute.withFallback(work)).toBe('webgpu')
    expect(tried).toEqual(['tensorflow', 'webgpu', 'webgpu'])
    expect(announcements()).toEqual(['tensorflow', 'webgpu'])
    expect(announced[1].passedOver).toEqual([{ name: 'tensorflow', problem: 'It failed on tensorflow.' }])
  })

  it('gives way again and again, down to the last', async () => {
    expect(await compute.withFallback(failingOn(['tensorflow', 'webgpu']).work)).toBe('wasm')
    expect(announced[2]).toMatchObject({
      name: 'wasm',
      workers: 3,
      passedOver: [{ name: 'tensorflow' }, { name: 'webgpu' }],
    })
  })

  it('is an error of the job where none is left; the next job tries all of them anew', async () => {
    await expect(compute.withFallback(failingOn(ALL).work)).rejects.toThrow('It failed on wasm.')
    expect(await compute.withFallback(failingOn([]).work)).toBe('tensorflow')
  })

  it('gives way though it was asked for by name', async () => {
    compute = computeOn(ALL, 'wasm')
    expect(await compute.withFallback(failingOn(['wasm']).work)).toBe('tensorflow')
    expect(announced[1].passedOver).toEqual([{ name: 'wasm', problem: 'It failed on wasm.' }])
  })

  it('is given up once, though several pictures were at work on it', async () => {
    compute = computeOn(['wasm', 'cpu'])
    const { work } = failingOn(['wasm'])
    const both = [compute.withFallback(work), compute.withFallback(work), compute.withFallback(work)]
    expect(await Promise.all(both)).toEqual(['cpu', 'cpu', 'cpu'])
    expect(announcements()).toEqual(['wasm', 'cpu'])
  })

  it('gives way when a GPU has no memory even for the smallest tile; more of the same memory is nowhere', async () => {
    expect(await compute.withFallback(failingOn(['tensorflow'], 'out-of-memory').work)).toBe('webgpu')
    compute = computeOn(['wasm', 'cpu'])
    const { tried, work } = failingOn(['wasm'], 'out-of-memory')
    await expect(compute.withFallback(work)).rejects.toMatchObject({ code: 'out-of-memory' })
    expect(tried).toEqual(['wasm'])
  })

  it.each(['cancelled', 'picture-damaged', 'model-damaged', 'file-unwritable'] as const)(
    'is not blamed for what is none of its doing: %s',
    async (code) => {
      const { tried, work } = failingOn(['tensorflow'], code)
      await expect(compute.withFallback(work)).rejects.toMatchObject({ code })
      expect(tried).toEqual(['tensorflow'])
    },
  )
})

describe('a result that is none (NaN, black)', () => {
  it('is computed once more on another backend, which stays', async () => {
    const { tried, work } = failingOn(['tensorflow'], 'result-invalid')
    expect(await compute.withFallback(work)).toBe('webgpu')
    expect(tried).toEqual(['tensorflow', 'webgpu'])
    expect(announced[1].passedOver[0]).toEqual({
      name: 'tensorflow',
      problem: 'Its result was refused: It failed on tensorflow.',
    })
  })

  it('is the model’s fault where two backends agree: an error, and the first backend is trusted again', async () => {
    const { tried, work } = failingOn(ALL, 'result-invalid')
    await expect(compute.withFallback(work)).rejects.toMatchObject({ code: 'result-invalid' })
    expect(tried).toEqual(['tensorflow', 'webgpu'])
    expect(await compute.withFallback(failingOn([]).work)).toBe('tensorflow')
    expect(announced.at(-1)).toMatchObject({ name: 'tensorflow', passedOver: [] })
  })
})

it('says how many cores a backend has workers for', async () => {
  await compute.session()
  expect(announced[0].workers).toBe(1) // TensorFlow uses them all itself
  await computeOn(['cpu']).session()
  expect(announced[0].workers).toBe(3)
})

it('never tries a backend that is passed over, though it is asked for, though all others fail', async () => {
  const started: string[] = []
  const compute = new Compute({
    wanted: 'tensorflow',
    passedOver: [{ name: 'tensorflow', problem: 'It crashed.' }],
    backends: ALL.map(works),
    trial: (name, start) => {
      started.push(name)
      return start()
    },
  })
  compute.passOver('webgpu', 'It hung.')
  expect((await compute.session()).choice).toMatchObject({
    name: 'wasm',
    passedOver: [
      { name: 'tensorflow', problem: 'It crashed.' },
      { name: 'webgpu', problem: 'It hung.' },
    ],
  })
  await expect(compute.withFallback(failingOn(['wasm']).work)).rejects.toMatchObject({
    code: 'backend-unavailable',
  })
  expect(await compute.withFallback(failingOn([]).work)).toBe('wasm')
  expect(started).toEqual(['wasm', 'wasm'])
})

import { beforeAll, expect, it } from 'vitest'
import { tf } from '../../tf.ts'
import { probe } from '../probe.ts'
import { wasm } from '../wasm.ts'

beforeAll(() => wasm.start({ asked: true }))

it('memory that wasm can not have is an error, and what was there is unharmed', async () => {
  const kept = tf.tensor1d([1, 2, 3])
  const halfGigabyte = [512, 1024, 256]
  const backend = tf.backend() as unknown as {
    makeOutput(shape: number[], dtype: 'float32'): { dataId: object }
    disposeData(id: object): boolean
  }
  const held: object[] = []
  const take = () => held.push(backend.makeOutput(halfGigabyte, 'float32').dataId)
  expect(() => {
    while (held.length < 9) take()
  }).toThrow(expect.objectContaining({ code: 'out-of-memory' }))
  expect(held.length).toBeGreaterThan(2)
  for (const id of held) backend.disposeData(id)
  await probe()
  expect(Array.from(kept.dataSync())).toEqual([1, 2, 3])
})

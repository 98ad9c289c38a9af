import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { cpu } from '../backends/cpu.ts'
import { saveTinyModel } from '../jobs/testing/tiny-model.ts'
import { tf } from '../tf.ts'
import { openNetwork } from './network.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'limpid-networks-'))
  await cpu.start({ asked: true })
})
afterAll(() => rm(root, { recursive: true }))

it('a network can still be run after others were opened, and is not read again', async () => {
  const folders = ['model', 'specialist', 'finder'].map((name) => path.join(root, name))
  for (const [seed, folder] of folders.entries()) await saveTinyModel(folder, { seed })
  const picture = new Float32Array(8 * 8 * 3).fill(0.4)
  const first = await openNetwork(folders[0])
  const before = await first.run(picture, 8, 8, 3)
  const second = await openNetwork(folders[1])
  await openNetwork(folders[2])
  expect(await first.run(picture, 8, 8, 3)).toEqual(before)
  expect(await second.run(picture, 8, 8, 3)).not.toEqual(before)
  expect(await openNetwork(folders[0])).toBe(first)
})

it('a backend without room for a model is no damaged model', async () => {
  const folder = path.join(root, 'large')
  await saveTinyModel(folder, { seed: 3 })
  const full = vi.spyOn(tf.backend(), 'write').mockImplementation(() => {
    throw new Error('OOM when allocating tensor with shape[3,3,4,4]')
  })
  await expect(openNetwork(folder)).rejects.toMatchObject({
    code: 'out-of-memory',
    message: 'The engine ran out of memory as it opened a model.',
  })
  full.mockRestore()
  expect((await openNetwork(folder)).manifest.id).toBe('tiny')
})

it('a model that was trained anew is read anew', async () => {
  const folder = path.join(root, 'changing')
  await saveTinyModel(folder, { seed: 1 })
  const before = await openNetwork(folder)
  await new Promise((done) => setTimeout(done, 20)) // the file system's clock is coarse
  await saveTinyModel(folder, { seed: 2 })
  expect(await openNetwork(folder)).not.toBe(before)
})

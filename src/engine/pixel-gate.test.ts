import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { PixelGate } from './pixel-gate.ts'

test('what is in at a time is of no more pixels than may be, and all of it is done', async () => {
  const gate = new PixelGate()
  let inside = 0
  let largest = 0
  const sizes = [40, 30, 50, 10, 100, 250, 5, 60]
  const done = await Promise.all(
    sizes.map((pixels) =>
      gate.run(pixels, 100, async () => {
        inside += pixels
        if (pixels < 250) largest = Math.max(largest, inside)
        else expect(inside).toBe(250) // too large for any company
        await sleep(pixels % 7)
        inside -= pixels
        return pixels
      }),
    ),
  )
  expect(done).toEqual(sizes)
  expect(largest).toBeGreaterThan(50)
  expect(largest).toBeLessThanOrEqual(100)
})

test('what fails makes room too', async () => {
  const gate = new PixelGate()
  const failing = gate.run(100, 100, async () => {
    await sleep(1)
    throw new Error('out of memory')
  })
  const next = gate.run(100, 100, () => 'done')
  await expect(failing).rejects.toThrow('out of memory')
  expect(await next).toBe('done')
})

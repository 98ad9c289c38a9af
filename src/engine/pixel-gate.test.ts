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

test('first come, first in: a large one is not kept out by small ones that come later', async () => {
  const gate = new PixelGate()
  const order: string[] = []
  const pass = (name: string, pixels: number) =>
    gate.run(pixels, 100, async () => {
      order.push(name)
      await sleep(2)
    })
  const all = [pass('small', 10), pass('large', 95)]
  for (let i = 0; i < 5; i++) all.push(pass('late', 10))
  await Promise.all(all)
  expect(order.slice(0, 2)).toEqual(['small', 'large'])
})

test('what waits can be cancelled, and makes room for what waits behind it', async () => {
  const gate = new PixelGate()
  const controller = new AbortController()
  let end = () => {}
  const inside = gate.run(50, 100, () => new Promise<void>((resolve) => (end = resolve)))
  const waiting = gate.run(90, 100, () => 'never', controller.signal)
  const behind = gate.run(40, 100, () => 'behind')
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  expect(await behind).toBe('behind')
  await expect(gate.run(1, 100, () => 'never', controller.signal)).rejects.toMatchObject({
    code: 'cancelled',
  })
  end()
  await inside
  expect(await gate.run(100, 100, () => 'room')).toBe('room')
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

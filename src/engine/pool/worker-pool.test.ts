import { describe, expect, it, vi } from 'vitest'
import { WorkerPool } from './worker-pool.ts'

const script = new URL('./testing/scripted-worker.ts', import.meta.url)
const poolOf = (size: number, idleMs = 500) => new WorkerPool({ backend: 'wasm', size, script, idleMs })
const block = (folder: string, side = 2) =>
  ({
    folder,
    values: new Float32Array(3 * side * side).fill(0.5),
    width: side,
    height: side,
    channels: 3,
  }) as const

describe('a pool of workers', () => {
  it('computes blocks and leaves the given values as they are', async () => {
    const given = block('half')
    expect([...(await poolOf(2).run(given))]).toEqual(Array(12).fill(0.25))
    expect([...given.values]).toEqual(Array(12).fill(0.5))
  })

  it('has as many workers at work as it may, started when there is work, and not one more', async () => {
    const pool = poolOf(3)
    expect(pool.started).toBe(0)
    const spans = await Promise.all(Array.from({ length: 9 }, () => pool.run(block('wait'))))
    expect(pool.started).toBe(3)
    expect(new Set(spans.map(([, , worker]) => worker)).size).toBe(3)
    for (const [begun] of spans) {
      const atWork = spans.filter((span) => span[0] <= begun && begun < span[1])
      expect(atWork.length).toBeLessThanOrEqual(3)
    }
  })

  it('ends workers that have nothing to do, and starts others when there is', async () => {
    const pool = poolOf(2, 100)
    await Promise.all([pool.run(block('half')), pool.run(block('half'))])
    expect(pool.started).toBeGreaterThan(0)
    await vi.waitFor(() => expect(pool.started).toBe(0))
    await pool.run(block('half'))
    expect(pool.started).toBe(1)
  })

  it.each([
    ['throw', 'backend-unavailable', 'a trap'],
    ['exit', 'backend-unavailable', 'exit code 3'],
    ['small', 'out-of-memory', 'No memory'],
  ])(
    'a worker that fails (%s) fails its block alone, and a fresh one takes its place',
    async (how, code, said) => {
      const pool = poolOf(2)
      const runs = [pool.run(block('wait')), pool.run(block(how, 140)), pool.run(block('wait'))]
      const [first, failed, last] = await Promise.allSettled(runs)
      expect(first.status).toBe('fulfilled')
      expect(last.status).toBe('fulfilled')
      expect(failed).toMatchObject({
        status: 'rejected',
        reason: { code, message: expect.stringContaining(said) },
      })
      expect([...(await pool.run(block('half')))]).toEqual(Array(12).fill(0.25))
    },
  )

  it('ends a block at once when it is cancelled, though its worker does not listen', async () => {
    const pool = poolOf(1)
    const stop = new AbortController()
    const hanging = pool.run(block('hang'), stop.signal)
    const waiting = pool.run(block('half'), stop.signal)
    const other = pool.run(block('half'))
    setTimeout(() => stop.abort(), 100)
    await expect(hanging).rejects.toMatchObject({ code: 'cancelled' })
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    expect(await other).toHaveLength(12)
    await expect(pool.run(block('half'), stop.signal)).rejects.toMatchObject({ code: 'cancelled' })
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { eachAtOnce } from './each-at-once.ts'

/** Runs ten items of a few ms each and says how many ran at a time at most, and in which order they began. */
async function watch(limit: () => number, fails: readonly number[] = []) {
  let running = 0
  let most = 0
  let ended = 0
  const begun: number[] = []
  const end = eachAtOnce(Array.from({ length: 10 }).keys(), limit, async (item) => {
    begun.push(item)
    most = Math.max(most, ++running)
    await sleep(1 + ((item * 7) % 5))
    running--
    ended++
    if (fails.includes(item)) throw new Error(`item ${item}`)
  })
  const error = await end.catch((thrown: Error) => thrown.message)
  return { most, begun, ended, error }
}

describe('work on several items at a time', () => {
  it('begins all of them in order, never more than the limit at a time', async () => {
    const { most, begun, ended } = await watch(() => 3)
    expect(most).toBe(3)
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(ended).toBe(10)
  })

  it('follows a limit that changes', async () => {
    let limit = 1
    setTimeout(() => {
      limit = 4
    }, 5)
    expect((await watch(() => limit)).most).toBe(4)
  })

  it('begins nothing more after a failure, waits for what runs, and throws the first', async () => {
    const { begun, ended, error } = await watch(() => 3, [2, 3])
    expect(error).toMatch(/^item [23]$/)
    expect(ended).toBe(begun.length)
    expect(begun.length).toBeLessThan(8)
  })
})

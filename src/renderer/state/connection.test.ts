import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { AppApi, AppEvent, State } from '../../contract/api.ts'
import type { Wire } from '../rpc.ts'
import { Connection } from './connection.svelte.ts'

const state: State = {
  version: '1',
  pictures: [],
  jobs: [],
  models: [],
  settings: { theme: 'dark', backend: null, strength: 1 },
  backend: null,
  pinnedBackend: null,
}
const removed = (id: string): AppEvent => ({ type: 'picture-removed', id })

/** An application behind a wire that can be broken. */
class Wires {
  refuse = false
  opened = 0
  /** Its calls are what waits for the wire to close. */
  waitedForClose = vi.fn()
  #break = (): void => {}
  #push = (_event: AppEvent): void => {}

  connect = async () => {
    if (this.refuse) throw new Error('refused')
    this.opened += 1
    const closed = new Promise<void>((resolve) => {
      this.#break = resolve
    })
    this.waitedForClose = vi.spyOn(closed, 'then')
    return { wire: {} as Wire, closed, close: () => {} }
  }

  api = (): AppApi => {
    const waiting: AppEvent[] = []
    let wake = (): void => {}
    this.#push = (event) => {
      waiting.push(event)
      wake()
    }
    async function* events(): AsyncGenerator<AppEvent> {
      for (;;) {
        const event = waiting.shift()
        if (event) yield event
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    }
    return { state: async () => state, events } as unknown as AppApi
  }

  break(): void {
    this.#break()
  }

  push(event: AppEvent): void {
    this.#push(event)
  }
}

let wires: Wires
let connection: Connection
let happened: AppEvent[]
let loads: number
let life: AbortController

beforeEach(() => {
  vi.useFakeTimers()
  wires = new Wires()
  happened = []
  loads = 0
  life = new AbortController()
  connection = new Connection(wires, wires.api)
})
afterEach(() => {
  life.abort()
  vi.useRealTimers()
})

async function live(): Promise<void> {
  const loaded = (): void => {
    loads += 1
  }
  void connection.keep({ loaded, happened: (event) => happened.push(event) }, life.signal)
  await vi.advanceTimersByTimeAsync(1)
}

it('loads the state once and then follows the events', async () => {
  await live()
  expect(connection.status).toBe('open')
  wires.push(removed('a'))
  wires.push(removed('b'))
  await vi.advanceTimersByTimeAsync(1)
  expect(loads).toBe(1)
  expect(happened).toEqual([removed('a'), removed('b')])
})

it('what is asked for before the first connection waits for it', async () => {
  wires.refuse = true
  await live()
  const asked = connection.firstApi()
  const [early] = await Promise.allSettled([Promise.race([asked, Promise.resolve('not yet')])])
  expect(early).toMatchObject({ value: 'not yet' })
  expect(() => connection.api).toThrow(/not connected/)
  wires.refuse = false
  await vi.advanceTimersByTimeAsync(5000)
  expect(await asked).toBe(connection.api)
  expect(loads).toBe(1)
})

it('says that it is lost, tries again in growing steps, and loads the state anew', async () => {
  await live()
  wires.refuse = true
  wires.break()
  await vi.advanceTimersByTimeAsync(5000)
  expect(connection.status).toBe('lost')
  expect(connection.failures).toBeGreaterThan(3)
  expect(connection.failures).toBeLessThan(8)
  expect(() => connection.api).toThrow(/not connected/)
  wires.refuse = false
  await vi.advanceTimersByTimeAsync(5000)
  expect(connection.status).toBe('open')
  expect(loads).toBe(2)
})

it('is not lost before it was ever there', async () => {
  wires.refuse = true
  await live()
  await vi.advanceTimersByTimeAsync(1000)
  expect(connection.status).toBe('connecting')
})

it('ends when the window does', async () => {
  await live()
  life.abort()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(wires.opened).toBe(1)
})

it('holds on to no event: the long-lived promises are asked once, not at each', async () => {
  const listened = vi.spyOn(life.signal, 'addEventListener')
  await live()
  const asked = (): number => wires.waitedForClose.mock.calls.length + listened.mock.calls.length
  const before = asked()
  for (let i = 0; i < 50; i++) {
    wires.push(removed(`${i}`))
    await vi.advanceTimersByTimeAsync(1)
  }
  expect(happened).toHaveLength(50)
  expect(asked()).toBe(before)
})

it('leaves no listener behind when it is lost, tries in vain and is open again', async () => {
  const added = vi.spyOn(life.signal, 'addEventListener')
  const removed = vi.spyOn(life.signal, 'removeEventListener')
  const listening = (): number => {
    const gone = new Set(removed.mock.calls.map(([, listener]) => listener))
    const here = added.mock.calls.filter(([, listener, how]) => {
      const ended = typeof how === 'object' && how.signal?.aborted
      return !ended && !gone.has(listener)
    })
    return here.length
  }
  await live()
  const before = listening()
  wires.refuse = true
  wires.break()
  await vi.advanceTimersByTimeAsync(5000)
  wires.refuse = false
  await vi.advanceTimersByTimeAsync(5000)
  expect(connection.status).toBe('open')
  expect(added.mock.calls.length).toBeGreaterThan(4)
  expect(listening()).toBe(before)
})

it('tells nothing more of a wire that broke', async () => {
  await live()
  const late = wires.push.bind(wires)
  wires.refuse = true
  wires.break()
  await vi.advanceTimersByTimeAsync(1)
  late(removed('late'))
  await vi.advanceTimersByTimeAsync(1)
  expect(happened).toEqual([])
})

import { describe, expect, it, vi } from 'vitest'
import { tf } from '../../../tf.ts'
import { FasterGraph } from './faster-graph.ts'

/** A clock, and graphs that take their time by it and give a picture of their own. */
function field(...times: number[]) {
  let now = 0
  const calls: number[] = []
  const graphs = times.map((time, which) => ({
    run: vi.fn((_: tf.Tensor4D) => {
      now += time
      calls.push(which)
      return tf.fill([1, 1, 1, 1], which) as tf.Tensor4D
    }),
    dispose: vi.fn(),
  }))
  return { graphs, calls, now: () => now }
}

const small = tf.zeros([1, 8, 8, 3]) as tf.Tensor4D
const large = tf.zeros([1, 16, 16, 3]) as tf.Tensor4D

function runs(graph: FasterGraph, count: number, picture = small): void {
  for (let i = 0; i < count; i++) graph.run(picture).dispose()
}

describe('FasterGraph', () => {
  it('opens the second graph once the first has computed for five seconds', () => {
    const { graphs, calls, now } = field(1000, 900)
    const open = vi.fn(() => graphs[1])
    const graph = new FasterGraph(graphs[0], open, now)
    runs(graph, 5)
    expect(open).not.toHaveBeenCalled()
    runs(graph, 2)
    expect(open).toHaveBeenCalledOnce()
    expect(calls).toEqual([0, 0, 0, 0, 0, 0, 1])
  })

  it.each([
    { faster: 'second', times: [5000, 4900], winner: 1 },
    { faster: 'first', times: [5000, 5100], winner: 0 },
  ])('lets both run in turns, and ends with the $faster where that is the faster', ({ times, winner }) => {
    const { graphs, calls, now } = field(...times)
    const graph = new FasterGraph(graphs[0], () => graphs[1], now)
    runs(graph, 10)
    expect(calls).toEqual([0, 0, 1, 0, 1, 0, 1, winner, winner, winner])
    expect(graphs[1 - winner].dispose).toHaveBeenCalledOnce()
    expect(graphs[winner].dispose).not.toHaveBeenCalled()
    graph.dispose()
    expect(graphs[winner].dispose).toHaveBeenCalledOnce()
    expect(graphs[1 - winner].dispose).toHaveBeenCalledOnce()
  })

  it('a machine that is slow for a moment does not decide: most pairs do', () => {
    const { graphs, calls, now } = field(5000, 5100)
    let clock = 0
    const sometimesSlow = vi.fn((picture: tf.Tensor4D) => {
      clock += [2, 4].includes(sometimesSlow.mock.calls.length) ? 9000 : 0
      return graphs[0].run(picture)
    })
    const graph = new FasterGraph(
      { ...graphs[0], run: sometimesSlow },
      () => graphs[1],
      () => now() + clock,
    )
    runs(graph, 13)
    expect(calls.slice(-2)).toEqual([0, 0])
  })

  it('a slow first run of a size does not decide', () => {
    const { graphs, calls, now } = field(5000, 4000)
    const slowAtFirst = vi.fn(graphs[1].run)
    let clock = 0
    slowAtFirst.mockImplementationOnce((picture) => {
      clock += 9000
      return graphs[1].run(picture)
    })
    const graph = new FasterGraph(
      graphs[0],
      () => ({ ...graphs[1], run: slowAtFirst }),
      () => now() + clock,
    )
    runs(graph, 13)
    expect(calls.slice(-2)).toEqual([1, 1])
  })

  it('compares them on pictures that are about as large, by the pixel', () => {
    const { graphs, calls, now } = field(5000, 5400)
    const graph = new FasterGraph(graphs[0], () => graphs[1], now)
    const larger = tf.zeros([1, 8, 9, 3]) as tf.Tensor4D
    const pairs = (count: number) => {
      for (let pair = 0; pair < count; pair++) {
        runs(graph, 1, small)
        runs(graph, 1, large) // 4 times as many pixels
        runs(graph, 1, larger) // 9/8 of the pixels in 27/25 of the time
      }
    }
    runs(graph, 1)
    pairs(2)
    expect(calls).toEqual([0, 0, 0, 1, 0, 1, 1])
    expect(graphs[0].dispose).not.toHaveBeenCalled()
    pairs(1)
    expect(calls.slice(7)).toEqual([0, 0, 1])
    expect(graphs[0].dispose).toHaveBeenCalledOnce()
  })

  it('stays with the first where there is no second', () => {
    const { graphs, calls, now } = field(5000)
    const open = vi.fn(() => null)
    const graph = new FasterGraph(graphs[0], open, now)
    runs(graph, 9)
    expect(open).toHaveBeenCalledOnce()
    expect(calls).toEqual(Array(9).fill(0))
  })

  it('stays with the first where the second throws, gives its result, and says so', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { graphs, now } = field(5000, 4000)
    const full = {
      run: vi.fn(() => {
        throw new Error('OOM when allocating tensor')
      }),
      dispose: vi.fn(),
    }
    const graph = new FasterGraph(graphs[0], () => full, now)
    runs(graph, 2)
    expect(graph.run(small).dataSync()[0]).toBe(0)
    expect(full.dispose).toHaveBeenCalledOnce()
    runs(graph, 3)
    expect(full.run).toHaveBeenCalledOnce()
    expect(said).toHaveBeenCalledOnce()
    expect(String(said.mock.lastCall)).toMatch(/computed as before.*OOM/)
    said.mockRestore()
  })

  it('what the first throws is thrown, before the race and in it', () => {
    const { graphs, now } = field(5000, 4000)
    const fails = () => {
      throw new Error('OOM when allocating tensor')
    }
    const graph = new FasterGraph(graphs[0], () => graphs[1], now)
    graphs[0].run.mockImplementationOnce(fails)
    expect(() => graph.run(small)).toThrow('OOM')
    runs(graph, 1)
    graphs[0].run.mockImplementationOnce(fails)
    expect(() => graph.run(small)).toThrow('OOM')
    expect(graphs[1].dispose).not.toHaveBeenCalled()
  })

  it('settles at once where that is wanted', () => {
    const { graphs, calls, now } = field(10, 9)
    const graph = new FasterGraph(graphs[0], () => graphs[1], now)
    graph.settle(small)
    expect(calls).toEqual([0, 1, 0, 1, 0, 1])
    expect(graphs[0].dispose).toHaveBeenCalledOnce()
    graph.settle(small)
    expect(calls).toHaveLength(6)
    const {
      graphs: [alone],
    } = field(10)
    new FasterGraph(alone, () => null).settle(small)
    expect(alone.run).toHaveBeenCalledOnce()
  })

  it('closes both where it is closed amid the race', () => {
    const { graphs, now } = field(5000, 4000)
    const graph = new FasterGraph(graphs[0], () => graphs[1], now)
    runs(graph, 3)
    graph.dispose()
    for (const one of graphs) expect(one.dispose).toHaveBeenCalledOnce()
  })
})

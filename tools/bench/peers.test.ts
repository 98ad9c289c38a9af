/** The peers are asked as the benchmark asks them; what they compute is compared, not timed. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareOutputs } from './measure.ts'
import { type BenchNetwork, prepareNetworks } from './networks.ts'
import { PEERS } from './peers/index.ts'
import { Peer } from './peers/peer.ts'
import type { Work } from './work.ts'

let folder: string
let network: BenchNetwork
const peers = new Map<string, Peer>()

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-bench-'))
  network = (await prepareNetworks(path.join(folder, 'no-models'), folder))[0]
  for (const command of PEERS.filter(({ id }) => ['limpid-wasm', 'onnxruntime', 'torch'].includes(id))) {
    await Peer.start(command).then(
      (peer) => peers.set(command.id, peer),
      (error) => {
        if (command.id === 'limpid-wasm') throw error
        console.warn(`\nSKIPPED: ${command.id} in the benchmark's test. ${error.message}\n`)
      },
    )
  }
})
afterAll(async () => {
  for (const peer of peers.values()) peer.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the peers', () => {
  it('compute the same picture', async () => {
    const { speeds, problems } = await compareOutputs([...peers.values()], network)
    expect(Object.fromEntries(problems)).toEqual({})
    expect([...speeds.keys()]).toEqual([...peers.keys()])
  })

  it('learn the same, where they learn', async () => {
    const work: Work = { kind: 'training', batch: 2, patch: 16, learningRate: 1e-3, clipNorm: 1 }
    const losses: Record<string, number[]> = {}
    for (const [id, peer] of peers) {
      if (id === 'onnxruntime') continue
      await peer.prepare(network, work)
      losses[id] = []
      for (let step = 0; step < 3; step++) losses[id].push((await peer.run()).figures[0])
    }
    const ours = losses['limpid-wasm']
    expect(ours[2]).toBeLessThan(0.9 * ours[0])
    for (const theirs of Object.values(losses)) {
      expect(theirs[0]).toBeCloseTo(ours[0], 4)
      expect(Math.abs(theirs[2] - ours[2])).toBeLessThan(0.05 * (ours[0] - ours[2]))
    }
  })

  it('say what they can’t do', async () => {
    const peer = peers.get('limpid-wasm')!
    const nowhere = { ...network, folder: path.join(folder, 'none') }
    await expect(peer.prepare(nowhere, network.sample)).rejects.toThrow(/no model in .*none/)
  })

  it('are missed with a reason', async () => {
    const crash = { id: 'crash', program: process.execPath, args: ['-e', 'throw new Error("no library")'] }
    await expect(Peer.start(crash)).rejects.toThrow('Error: no library')
    const nobody = { id: 'nobody', program: path.join(folder, 'no-such-program'), args: [] }
    await expect(Peer.start(nobody)).rejects.toThrow(/ENOENT/)
  })
})

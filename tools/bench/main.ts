/**
 * `npm run bench`: how fast Limpid is on every backend that works here, beside onnxruntime-node and PyTorch on the same
 * networks. BENCHMARKS.md explains it.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { version } from '../../src/cli/project.ts'
import type { EndToEnd } from './end-to-end.ts'
import { compareOutputs, type Limits, type Measurement, measure } from './measure.ts'
import { prepareNetworks } from './networks.ts'
import { PEERS } from './peers/index.ts'
import { Peer } from './peers/peer.ts'
import { describeEndToEnd, describeMeasurement, describePeers } from './report.ts'

const HELP = `npm run bench -- [options]

  --quick            only what takes about two minutes: 256² and training, three rounds
  --only TEXT        works whose "network, work" contains the text; repeatable ("unet", "denoise-fast, 1024")
  --peers TEXT       peers whose name contains the text; repeatable ("limpid", "torch")
  --rounds N         at most so many rounds of a work (15)
  --models FOLDER    folder of model folders (models)
  --json             one JSON object on stdout; the tables go to stderr

LIMPID_PYTHON names the Python that has torch (python3).`

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    peers: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string' },
    models: { type: 'string', default: path.join(import.meta.dirname, '../../models') },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  console.log(HELP)
  process.exit(0)
}

const say = options.json ? console.error : console.log
const limits: Limits = {
  rounds: Number(options.rounds ?? (options.quick ? 3 : 15)),
  budgetMs: options.quick ? 10_000 : 90_000,
  slowestMs: options.quick ? 3_000 : 30_000,
}
const isWanted = (name: string, filters: readonly string[]) =>
  filters.length === 0 || filters.some((filter) => name.includes(filter))

const temporary = await mkdtemp(path.join(os.tmpdir(), 'limpid-bench-'))
const peers: Peer[] = []
try {
  const machine = describeMachine()
  say(`Limpid ${version}, ${machine.processor}, ${machine.cores} cores, Node ${machine.node}\n`)
  // A load of the last minute that is not ours yet.
  if (machine.load > 0.2 * machine.cores) say(`${untrusted(machine.load)}\n`)
  const missing = await startPeers()
  say(
    `${describePeers(peers, missing)}\n\nRatios are of times: under 1 is faster than the engine in the column's head.\n`,
  )
  const networks = await prepareNetworks(options.models, temporary)
  const measurements = await measureAll(networks)
  const endToEnd = await measureFileToFile(networks)
  // The engines take turns: together they keep the cores busy, and no more.
  const loadAfter = os.loadavg()[0]
  if (loadAfter > 1.2 * machine.cores) say(`${untrusted(loadAfter)}\n`)
  if (options.json) {
    const described = peers.map(({ id, engine, device }) => ({ id, engine, device }))
    const absent = [...missing].map(([id, reason]) => ({ id, reason }))
    const about = { version, machine: { ...machine, loadAfter }, peers: described, missing: absent }
    console.log(JSON.stringify({ ...about, measurements, endToEnd }))
  }
} finally {
  for (const peer of peers) peer.close()
  await rm(temporary, { recursive: true, force: true })
}

/** Those that can't be had, with the reason. */
async function startPeers(): Promise<Map<string, string>> {
  const missing = new Map<string, string>()
  for (const command of PEERS.filter(({ id }) => isWanted(id, options.peers))) {
    try {
      peers.push(await Peer.start(command))
    } catch (thrown) {
      missing.set(command.id, thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  return missing
}

async function measureAll(networks: Awaited<ReturnType<typeof prepareNetworks>>): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const network of networks) {
    const works = network.works.filter(
      ({ name, quick }) => (quick || !options.quick) && isWanted(`${network.name}, ${name}`, options.only),
    )
    if (works.length === 0) continue
    const { speeds, problems } = await compareOutputs(peers, network)
    for (const [peer, problem] of problems) {
      say(`${network.name} on ${peer}: ${problem}\n`)
      process.exitCode = 1
    }
    const sound = peers.filter(({ id }) => !problems.has(id))
    for (const work of works) {
      const measurement = await measure(sound, network, work, speeds, limits)
      measurements.push(measurement)
      say(`${describeMeasurement(measurement)}\n`)
    }
  }
  return measurements
}

/** In a process of its own, on the backend that Limpid chooses. */
async function measureFileToFile(networks: Awaited<ReturnType<typeof prepareNetworks>>): Promise<EndToEnd[]> {
  const results: EndToEnd[] = []
  if (options.quick) return results
  for (const { name, folder, shipped } of networks) {
    if (!shipped || !isWanted(`${name}, end to end`, options.only)) continue
    const program = path.join(import.meta.dirname, 'end-to-end.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [program, '--model', folder, '--json'])
    const result = JSON.parse(stdout.trim().split('\n').at(-1)!) as EndToEnd
    results.push(result)
    say(`${describeEndToEnd(result)}\n`)
  }
  return results
}

function untrusted(load: number): string {
  return `SOMETHING ELSE COMPUTES HERE (load ${load.toFixed(1)}): these figures are not to be trusted.`
}

function describeMachine() {
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: os.availableParallelism(),
    memoryGB: Math.round(os.totalmem() / 1e9),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    /** Processes that wanted to compute in the last minute, on average. */
    load: os.loadavg()[0],
  }
}

/** What a person reads: ratios first. */
import { table } from '../../src/cli/quantities.ts'
import type { EndToEnd } from './end-to-end.ts'
import type { Measurement } from './measure.ts'
import { OTHERS } from './peers/index.ts'
import type { Peer } from './peers/peer.ts'
import { END_TO_END_TARGET, target } from './targets.ts'

export function describePeers(peers: readonly Peer[], missing: ReadonlyMap<string, string>): string {
  const rows = peers.map(({ id, engine, device }) => [id, engine, device])
  return table([...rows, ...[...missing].map(([id, reason]) => [id, 'NOT MEASURED', reason])])
}

/** Ratios are of times: under 1 is faster than the engine in the column's head. */
export function describeMeasurement({ network, work, results }: Measurement): string {
  const measured = results.filter(({ ms }) => ms !== null)
  const others = OTHERS.filter((other) => measured.some(({ peer }) => peer === other))
  const rows = results.map(({ peer, ms, problem, ratios, megapixelsPerSecond }) => [
    `  ${peer}`,
    ...others.map((other) => ratio(ratios[other], target(peer, other, network, work))),
    ms === null ? (problem ?? '') : milliseconds(ms),
    megapixelsPerSecond === null ? '' : `${megapixelsPerSecond.toPrecision(3)} MP/s`,
  ])
  const head = [`${network}, ${work}`, ...others.map((other) => `/ ${other}`), 'time', 'speed']
  return table([head, ...rows])
}

export function describeEndToEnd(result: EndToEnd): string {
  const { model, backend, endToEndSeconds, bareSeconds, peakMemoryMB } = result
  return table([
    [`${model}, 12 MP JPEG to JPEG`, '/ bare model', 'time', 'bare model', 'peak memory'],
    [
      `  limpid-${backend}`,
      ratio(result.ratio, END_TO_END_TARGET),
      `${endToEndSeconds.toFixed(2)} s`,
      `${bareSeconds.toFixed(2)} s`,
      `${peakMemoryMB} MB`,
    ],
  ])
}

function ratio(value: number | undefined, wanted: number | null): string {
  if (value === undefined) return ''
  const text = value.toFixed(2)
  return wanted === null ? text : `${text} ${value <= wanted ? '✓' : '✗'} ≤ ${wanted}`
}

function milliseconds(ms: number): string {
  return ms < 9995 ? `${ms.toFixed(ms < 100 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`
}

/** What a trained autoencoder is for, run on pictures: each tool draws a PNG and tells its figures. */

import { basename } from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { LabSource } from '../../contract/lab.ts'
import type { LabData, LabRun, LabTool, LabToolResult } from '../../contract/lab-run.ts'
import type { EngineProcess } from '../engine-process.ts'

type Engine = Pick<EngineProcess, 'run'>
type Facts = LabToolResult['facts']
type Input = { folder: string; source: LabSource; path: string; engine: Engine }

/** Of digits: enough to see, few enough to wait for. */
const MNIST_LIMIT = 2000
const COMPRESSED = 300
const SHOWN = 40
const SEED = 1

const TOOLS: Record<LabTool, (input: Input) => Promise<Facts>> = {
  async anomalies({ engine, ...job }) {
    const { items } = await engine.run('rankAnomalies', { ...job, shown: SHOWN })
    const strangest = items.slice(0, 3).map(({ name }) => basename(name))
    return [
      { name: 'Pictures', value: items.length },
      { name: 'Largest error', value: items[0]?.error ?? 0 },
      { name: 'Median error', value: items[Math.floor(items.length / 2)]?.error ?? 0 },
      { name: 'Strangest', value: strangest.join(', ') },
    ]
  },
  async similar({ engine, ...job }) {
    const query = { kind: 'item', index: 0 } as const
    const found = await engine.run('findSimilar', { ...job, query, count: SHOWN })
    return [
      { name: 'Most like', value: basename(found.query.name) },
      { name: 'Nearest', value: basename(found.matches[0]?.name ?? '') },
      { name: 'Its distance', value: found.matches[0]?.distance ?? 0 },
    ]
  },
  async scatter({ engine, ...job }) {
    const { axes, points, neighbours } = await engine.run('scatterCodes', job)
    const facts: Facts = [
      { name: 'Points', value: points.length },
      { name: 'Axes', value: axes },
    ]
    if (neighbours) facts.push({ name: 'Nearest neighbour has the same label', value: neighbours.code })
    return facts
  },
  async samples({ engine, folder, path }) {
    const what = { kind: 'samples', count: SHOWN, seed: SEED } as const
    const { count } = await engine.run('generatePictures', { folder, path, what })
    return [{ name: 'New pictures', value: count }]
  },
  async compression({ engine, ...job }) {
    const { source } = job
    // Each is saved as JPEG in several qualities, too.
    if (source.kind === 'mnist') source.limit = COMPRESSED
    const { pictureBytes, code } = await engine.run('compressPictures', { ...job, shown: 12 })
    return [
      { name: 'A picture, bytes', value: pictureBytes },
      { name: 'Its code, bytes', value: code.entropyBytes },
      { name: 'PSNR of the code (dB)', value: code.psnr },
    ]
  },
}

/** Writes `path`. Throws `bad-request` where the run has no model, or the data is none for it. */
export async function runTool(
  tool: LabTool,
  { title, model }: LabRun,
  { findings }: LabData,
  fit: 'crop' | 'resize' | undefined,
  path: string,
  engine: Engine,
): Promise<Facts> {
  if (!model) {
    throw new LimpidError('bad-request', `${title} has no model yet.`, {
      hint: 'Let it come to its end, or stop it.',
    })
  }
  const { kind, folder } = findings
  const source: LabSource =
    kind === 'mnist'
      ? { kind, folder, split: 'test', limit: MNIST_LIMIT }
      : { kind: 'pictures', paths: [folder], ...(fit && { fit }) }
  return TOOLS[tool]({ folder: model.folder, source, path, engine })
}

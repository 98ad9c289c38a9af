/** What a trained autoencoder is for, run on pictures: each tool draws a PNG and tells its figures. */

import { basename } from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { LabSource } from '../../contract/lab.ts'
import {
  LAB_TOOL_DIGITS,
  type LabData,
  type LabRun,
  type LabTool,
  type LabToolResult,
} from '../../contract/lab-run.ts'
import type { EngineProcess } from '../engine-process.ts'

type Made = Omit<LabToolResult, 'picture'>
type Job = { folder: string; path: string; engine: Pick<EngineProcess, 'run'> }
type Wish = Job & { source: LabSource; items: number[] }

/** Of those who take as many as there are. */
const SHOWN = 40
/** Thumbnails in a row. */
const COLUMNS = 8
/** More cover each other on the map. */
const POINTS = 800
/** Each is saved as JPEG in several qualities, too. */
const COMPRESSED = 300
const STEPS = 16
const MANIFOLD_SIDE = 16
const SEED = 1

const onPictures: Partial<Record<LabTool, (wish: Wish) => Promise<Made>>> = {
  async anomalies({ engine, items: _, ...job }) {
    const { items } = await engine.run('rankAnomalies', { ...job, shown: SHOWN, columns: COLUMNS })
    const strangest = items.slice(0, 3).map(({ name }) => basename(name))
    return {
      cells: cellsOf(items.slice(0, SHOWN)),
      facts: [
        { name: 'Pictures', value: items.length },
        { name: 'Largest error', value: items[0]?.error ?? 0 },
        { name: 'Median error', value: items[Math.floor(items.length / 2)]?.error ?? 0 },
        { name: 'Strangest', value: strangest.join(', ') },
      ],
    }
  },
  async similar({ engine, items: [index = 0], ...job }) {
    const query = { kind: 'item', index } as const
    const found = await engine.run('findSimilar', { ...job, query, count: SHOWN - 1, columns: COLUMNS })
    return {
      cells: cellsOf([{ ...found.query, index }, ...found.matches]),
      facts: [
        { name: 'Like', value: basename(found.query.name) },
        { name: 'Nearest', value: basename(found.matches[0]?.name ?? '') },
        { name: 'Its distance', value: found.matches[0]?.distance ?? 0 },
      ],
    }
  },
  async scatter({ engine, items: _, ...job }) {
    const { axes, points, neighbours } = await engine.run('scatterCodes', limited(job, POINTS))
    const facts: Made['facts'] = [
      { name: 'Points', value: points.length },
      { name: 'Axes', value: axes },
    ]
    if (neighbours) {
      facts.push({ name: 'Nearest point is the same digit, by codes', value: neighbours.code })
      facts.push({ name: 'by PCA', value: neighbours.pixels })
    }
    return { cells: null, facts }
  },
  async compression({ engine, items: _, ...job }) {
    const { count, pictureBytes, code, jpeg } = await engine.run('compressPictures', {
      ...limited(job, COMPRESSED),
      shown: COLUMNS,
    })
    const distance = ({ psnr }: { psnr: number }) => Math.abs(psnr - code.psnr)
    const [nearest] = [...jpeg].sort((a, b) => distance(a) - distance(b))
    return {
      cells: null,
      facts: [
        { name: 'A picture, bytes', value: pictureBytes },
        { name: 'Its code, bytes', value: code.units },
        {
          name: 'deflated together, with the units’ ranges, bytes',
          value: code.deflatedBytes + code.rangeBytes / count,
        },
        ...(code.entropyBytes === null
          ? []
          : [{ name: 'by their entropy, bytes', value: code.entropyBytes }]),
        { name: 'PSNR of the code (dB)', value: code.psnr },
        { name: `JPEG of quality ${nearest.quality}, bytes`, value: nearest.bytes },
        { name: 'its PSNR (dB)', value: nearest.psnr },
      ],
    }
  },
  async between({ engine, folder, path, source, items: [from = 0, to = 1] }) {
    const [first, last] = [from, to].map((index) => ({ kind: 'item', index }) as const)
    const what = { kind: 'interpolation', source, from: first, to: last, steps: STEPS } as const
    const { ends } = await engine.run('generatePictures', { folder, path, what, columns: COLUMNS })
    const [a, b] = ends?.map(({ name }) => basename(name)) ?? []
    return {
      cells: null,
      facts: [
        { name: 'From', value: a ?? '' },
        { name: 'to', value: b ?? '' },
        { name: 'in steps', value: STEPS },
      ],
    }
  },
}

const alone: Partial<Record<LabTool, (job: Job) => Promise<Made>>> = {
  async samples({ engine, folder, path }) {
    const what = { kind: 'samples', count: SHOWN, seed: SEED } as const
    const { count } = await engine.run('generatePictures', { folder, path, what, columns: COLUMNS })
    return { cells: null, facts: [{ name: 'New pictures', value: count }] }
  },
  async manifold({ engine, folder, path }) {
    const what = { kind: 'manifold', side: MANIFOLD_SIDE } as const
    const { count } = await engine.run('generatePictures', { folder, path, what })
    return { cells: null, facts: [{ name: 'Codes', value: count }] }
  },
}

type Asked = {
  tool: LabTool
  run: LabRun
  data: LabData | null
  fit?: 'crop' | 'resize'
  items?: number[]
  path: string
  engine: Job['engine']
}

/** Writes `path`. Throws `bad-request` where the run has no model, or the data is none for it. */
export async function runTool({ tool, run, data, fit, items = [], path, engine }: Asked): Promise<Made> {
  if (!run.model) {
    throw new LimpidError('bad-request', `${run.title} has no model yet.`, {
      hint: 'Let it come to its end, or stop it.',
    })
  }
  const { folder } = run.model
  const take = onPictures[tool]
  if (!take) return alone[tool]!({ folder, path, engine })
  if (!data) {
    throw new LimpidError('bad-request', 'No pictures are chosen.', { hint: 'Choose a folder of pictures.' })
  }
  return take({ folder, path, engine, items, source: sourceOf(data, fit) })
}

function sourceOf({ findings: { kind, folder } }: LabData, fit: Asked['fit']): LabSource {
  return kind === 'mnist'
    ? { kind, folder, split: 'test', limit: LAB_TOOL_DIGITS }
    : { kind: 'pictures', paths: [folder], ...(fit && { fit }) }
}

/** Of digits only so many. */
function limited<J extends { source: LabSource }>(job: J, limit: number): J {
  return job.source.kind === 'mnist' ? { ...job, source: { ...job.source, limit } } : job
}

function cellsOf(items: readonly { index: number; name: string }[]): Made['cells'] {
  const columns = Math.min(COLUMNS, items.length)
  return { columns, items: items.map(({ index, name }) => ({ index, name: basename(name) })) }
}

/** The Lab's jobs as the fake engine does them: small files of text where pictures would be, items named by their places. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { EngineInput, EngineJobKind, EngineOutput } from '../../contract/engine-protocol.ts'

type Jobs = { [K in EngineJobKind]?: (input: EngineInput<K>) => EngineOutput<K> }

const jobs: Jobs = {
  inspectData({ folder }) {
    const isEmpty = basename(folder) === 'empty'
    return {
      kind: 'pictures',
      folder,
      count: isEmpty ? 0 : 100,
      sizes: [{ width: 32, height: 32, count: 100 }],
      channels: 1,
      labels: null,
      problems: isEmpty ? [{ severity: 'error', message: 'It holds no picture.', hint: 'Add some.' }] : [],
    }
  },

  describeNetwork() {
    const layer = { name: 'code', kind: 'Dense', inputs: [], shape: [64], parameters: 100, macs: 100 }
    return { layers: [layer], parameterCount: 100, megaMacs: 0.1, picture: [32, 32, 1] }
  },

  rankAnomalies({ path }) {
    writeFileSync(path, 'a sheet')
    return { items: [{ name: '/photos/odd.png', label: null, index: 3, error: 0.5 }], auroc: null }
  },

  findSimilar({ path, query }) {
    writeFileSync(path, 'a sheet')
    const index = query.kind === 'item' ? query.index : 0
    return { query: item(index), matches: [{ ...item(index + 1), index: index + 1, distance: 0.5 }] }
  },

  generatePictures({ path, what }) {
    writeFileSync(path, what.kind)
    if (what.kind !== 'interpolation') return { count: 1, codes: [[0]], ends: null }
    const [from, to] = [what.from, what.to].map((one) => item(one.kind === 'item' ? one.index : 0))
    return { count: 2, codes: [[0], [1]], ends: [from, to] }
  },

  compressPictures({ path }) {
    writeFileSync(path, 'a sheet')
    const code = { units: 32, deflatedBytes: 8, rangeBytes: 256, entropyBytes: null, psnr: 20, exactPsnr: 20 }
    return { count: 2, pictureBytes: 784, code, jpeg: [{ quality: 5, bytes: 350, psnr: 21 }] }
  },

  drawChart({ path, ...chart }) {
    writeFileSync(path, JSON.stringify(chart))
    return { path }
  },

  prepareOcr({ line, steps, folder }) {
    mkdirSync(folder, { recursive: true })
    const [noisy, cleaned] = ['noisy.png', 'cleaned.png'].map((name) => join(folder, name))
    const [step] = steps
    writeFileSync(noisy, `${line.text} with noise`)
    writeFileSync(cleaned, `${line.text} by ${'folder' in step ? basename(step.folder) : step.task}`)
    return {
      ...{ noisy, cleaned, psnr: null, note: null },
      read: { before: 'a?c', after: 'abc' },
      characterErrorRate: { before: 0.5, after: 0 },
    }
  },
}

/** null: none of the Lab's. */
export function labJob(kind: EngineJobKind): ((input: unknown) => unknown) | null {
  return (jobs[kind] as ((input: unknown) => unknown) | undefined) ?? null
}

const item = (index: number) => ({ name: `/photos/${index}.png`, label: null })

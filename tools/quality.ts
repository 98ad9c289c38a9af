/**
 * `npm run quality`: measures the models in models/ on the public test sets. With `--write` the figures go, each with the
 * command that measures it, into manifests, cards and QUALITY.md; without, QUALITY.md is printed as it would be. Names of
 * models limit it to those; `--no-measure` takes the figures that the manifests hold. Needs the pictures (LIMPID_DATA,
 * default ../shared/data).
 */
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { EngineProcess } from '../src/app/engine-process.ts'
import type { EngineOutput } from '../src/contract/engine-protocol.ts'
import type { Evaluation } from '../src/contract/evaluation.ts'
import type { Manifest } from '../src/contract/model.ts'
import { writeCard } from '../src/engine/models/card.ts'
import { readManifest, writeManifest } from '../src/engine/models/model-file.ts'
import { qualityReport } from './quality/report.ts'
import { commandOf, tables, whatOf } from './quality/tables.ts'

const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, 'no-measure': { type: 'boolean' } },
})
const root = path.join(import.meta.dirname, '..')
const data = path.resolve(process.env.LIMPID_DATA ?? path.join(root, '../shared/data'))
const folderOf = (id: string) => path.join(root, 'models', id)

const ids = (await readdir(path.join(root, 'models'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()
const unknown = wanted.find((id) => !ids.includes(id))
if (unknown !== undefined) throw new Error(`There is no model ${unknown} in models/: ${ids.join(', ')}.`)

const manifests: Manifest[] = []
const engine = new EngineProcess({ entry: path.join(root, 'src/engine/main.ts') })
try {
  for (const id of ids) {
    const manifest = await readManifest(folderOf(id))
    const measures = !flags['no-measure'] && (wanted.length === 0 || wanted.includes(id))
    manifests.push(measures ? await measured(manifest) : manifest)
  }
} finally {
  await engine.close()
}
const specialists = await Promise.all(
  manifests.flatMap(({ id, specialists = {} }) =>
    Object.values(specialists).map((inside) => readManifest(path.join(folderOf(id), inside))),
  ),
)
const report = qualityReport(tables, manifests, specialists)
if (flags.write) {
  await writeFile(path.join(root, 'QUALITY.md'), report)
  for (const manifest of manifests) await writeCards(folderOf(manifest.id), manifest)
} else console.log(report)

/** Its card, and those of its specialists. */
async function writeCards(folder: string, manifest: Manifest): Promise<void> {
  await writeCard(folder, manifest)
  for (const inside of Object.values(manifest.specialists ?? {})) {
    const own = path.join(folder, inside)
    await writeCard(own, await readManifest(own))
  }
}

/** The manifest with fresh figures; written where `--write` says so. */
async function measured(manifest: Manifest): Promise<Manifest> {
  const { id, task, scale } = manifest
  const folder = folderOf(id)
  const quality: Manifest['quality'] = []
  /** By their input: several columns may come of one. */
  const runs = new Map<string, EngineOutput<'evaluate'>>()
  const columns = tables.filter((table) => table.task === task).flatMap((table) => table.columns)
  for (const column of columns) {
    if (column.scale !== undefined && column.scale !== scale) continue
    const input = { ...column.conditions, folder, data: path.join(data, column.set) } as Evaluation
    const asked = JSON.stringify(input)
    const figures = runs.get(asked) ?? (await engine.run('evaluate', input))
    runs.set(asked, figures)
    const command = commandOf(id, column)
    const what = whatOf(column)
    const value = figures[column.figure] ?? Number.NaN
    const isPsnr = column.figure === 'psnr'
    const unit = isPsnr ? 'dB' : column.figure === 'rmse' ? '' : '%'
    const before = isPsnr ? { input: rounded(figures.inputPsnr, 2) } : {}
    quality.push({ what, value: rounded(value, unit === '' ? 4 : 2), unit, ...before, command })
    if (isPsnr) {
      quality.push({ what: what.replace('PSNR', 'SSIM'), value: rounded(figures.ssim, 4), unit: '', command })
    }
    console.error(`${id}: ${what} ${value.toFixed(4)}`)
  }
  const fresh = { ...manifest, quality }
  if (flags.write && quality.length > 0) await writeManifest(folder, fresh)
  return fresh
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

/** A run's curves and model, as files for elsewhere. */
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join } from 'node:path'
import type { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { LimpidError } from '../../contract/errors.ts'
import type { LabRun } from '../../contract/lab-run.ts'
import type { EngineProcess } from '../engine-process.ts'
import { readError, writeError } from '../file-errors.ts'

type LabExport = 'csv' | 'png' | 'zip'

type Wish = { what: LabExport; measure?: string; path: string; overwrite: boolean }

/** Writes the file. `measure` is what a `png` shows. Fails with `file-exists` unless `overwrite`. */
export async function exportRuns(
  runs: readonly LabRun[],
  { what, measure = LOSS, path, overwrite }: Wish,
  engine: Pick<EngineProcess, 'run'>,
): Promise<void> {
  if (!isAbsolute(path) || extname(path).toLowerCase() !== `.${what}`) {
    throw new LimpidError('bad-request', `"${path}" is no absolute path that ends in .${what}.`, {
      hint: `Name the folder too, and end the name in .${what}.`,
    })
  }
  if (!overwrite && existsSync(path)) {
    throw new LimpidError('file-exists', `${path} is there already.`, {
      hint: 'Choose another name, or say that it may be replaced.',
      file: path,
    })
  }
  await mkdir(dirname(path), { recursive: true }).catch((cause) => {
    throw writeError(cause, path)
  })
  if (what === 'csv') await writeText(path, curvesAsCsv(runs))
  else if (what === 'png') await engine.run('drawChart', { ...chartOf(runs, measure), path })
  else await writeZip(path, modelOf(runs[0]))
}

/** A line for each run and step at which something was known; what was not is left empty. */
export function curvesAsCsv(runs: readonly LabRun[]): string {
  const figures = [
    ...new Set(runs.flatMap((run) => run.validations.flatMap((at) => Object.keys(at.figures)))),
  ]
  const lines = runs.flatMap((run) => {
    const losses = new Map(run.curve)
    const measured = new Map(run.validations.map((at) => [at.step, at.figures]))
    const steps = [...new Set([...losses.keys(), ...measured.keys()])].sort((a, b) => a - b)
    return steps.map((step) => [
      run.title,
      step,
      losses.get(step) ?? '',
      ...figures.map((name) => measured.get(step)?.[name] ?? ''),
    ])
  })
  const table = [['run', 'step', 'training loss', ...figures], ...lines]
  return `${table.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}

/** As RFC 4180 quotes it. */
function cell(value: string | number): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Of training and of validation; any other measure is of validation alone. */
const LOSS = 'loss'
const VALIDATION_LOSS = 'validation loss'

function chartOf(runs: readonly LabRun[], measure: string) {
  const figure = measure === LOSS ? VALIDATION_LOSS : measure
  const series = runs.flatMap((run) => {
    const of = runs.length > 1 ? `${run.title}: ` : ''
    const measured = run.validations.flatMap(({ step, figures }): [number, number][] =>
      figure in figures ? [[step, figures[figure]]] : [],
    )
    return [
      { name: `${of}training`, points: measure === LOSS ? run.curve : [] },
      { name: `${of}validation`, points: measured },
    ].filter(({ points }) => points.length > 0)
  })
  if (series.length === 0) throw nothingYet(runs[0], measure)
  const isPositive = series.every(({ points }) => points.every(([, value]) => value > 0))
  const title = runs.length === 1 ? runs[0].title : 'Training runs'
  return { title, x: 'step', y: measure, logarithmic: measure === LOSS && isPositive, series }
}

function modelOf(run: LabRun): string {
  if (run.model) return run.model.folder
  throw new LimpidError('bad-request', `${run.title} has no model yet.`, {
    hint: 'Let it come to its end, or stop it: the best weights so far become the model.',
  })
}

function nothingYet({ title }: LabRun, measure: string): LimpidError {
  return new LimpidError('bad-request', `${title} has no curve of its ${measure} yet.`, {
    hint: 'Let it train for a while.',
  })
}

/** The files of the model's folder: what another Limpid takes into its models. */
async function writeZip(path: string, folder: string): Promise<void> {
  const names = await filesIn(folder)
  await writeWhole(path, async (temporary) => {
    const zip = new ZipFile()
    zip.on('error', (cause) => {
      const stream = zip.outputStream as PassThrough
      stream.destroy(unreadable(cause, folder))
    })
    for (const name of names) zip.addFile(join(folder, name), `${basename(folder)}/${name}`)
    zip.end()
    await pipeline(zip.outputStream, createWriteStream(temporary, { flush: true }))
  })
}

/** Their names, those of links to files too. */
async function filesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder)
    const infos = await Promise.all(names.map((name) => stat(join(folder, name))))
    return names.filter((_, i) => infos[i].isFile())
  } catch (cause) {
    throw unreadable(cause, folder)
  }
}

/** Tells which file, where the system does. */
const unreadable = (cause: unknown, folder: string): LimpidError =>
  readError(cause, (cause as NodeJS.ErrnoException).path ?? folder)

const writeText = (path: string, text: string): Promise<void> =>
  writeWhole(path, (temporary) => writeFile(temporary, text, { flush: true }))

/** Under another name first. What is thrown tells of `path`, but for what `write` tells by itself. */
async function writeWhole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    await write(temporary)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw cause instanceof LimpidError ? cause : writeError(cause, path)
  }
}

/**
 * A training run on disk: `run.json` (the recipe, where it stands, its history) and, for each checkpoint, one binary
 * of weights and optimizer state. `run.json` is renamed into place last, so a killed run always finds a whole state.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { LimpidError } from '../../contract/errors.ts'
import { recipeSchema } from '../../contract/recipe.ts'
import { bestSchema, historyEntrySchema, RUN_FILE } from '../../contract/training.ts'
import { tf } from '../tf.ts'
import type { WeightAverage } from './ema.ts'
import type { Optimizer } from './optimizer.ts'

const runSchema = z.object({
  recipe: recipeSchema,
  step: z.int(),
  seconds: z.number(),
  backend: z.string(),
  best: bestSchema.nullable(),
  history: z.array(historyEntrySchema),
  /** The binary that holds this state, float32: all weights, the optimizer's state, the weights' average. */
  state: z.string(),
})

export type Run = z.infer<typeof runSchema>

/** What a checkpoint holds. */
export type Trained = { model: tf.LayersModel; optimizer: Optimizer; average: WeightAverage | null }

const BEST_FILE = 'best.bin'

/**
 * `best`: the weights to keep as the best so far, `null` to leave those that are there. Throws `training-diverged`,
 * and writes nothing, where a weight is no number.
 */
export async function saveCheckpoint(
  folder: string,
  run: Omit<Run, 'state'>,
  { model, optimizer, average }: Trained,
  best: Float32Array | null,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const previous = await readRun(folder)
  const parts = await Promise.all([
    weightsOf(model),
    flat(optimizer.state().parts),
    flat(average?.values() ?? []),
  ])
  if (!parts.every((part) => part.every(Number.isFinite))) {
    throw new LimpidError('training-diverged', `The weights at step ${run.step} are no numbers any more.`)
  }
  const file = `state-${run.step}.bin`
  await replaceFile(path.join(folder, file), Buffer.concat(parts.map(bytes)))
  if (best) await replaceFile(path.join(folder, BEST_FILE), bytes(best))
  const json: Run = { ...run, state: file }
  await replaceFile(path.join(folder, RUN_FILE), Buffer.from(`${JSON.stringify(json, null, 1)}\n`))
  if (previous && previous.state !== file) await rm(path.join(folder, previous.state), { force: true })
}

/** Where the run in `folder` stands, or null if there is none. Throws `recipe-invalid` on a damaged one. */
export async function readRun(folder: string): Promise<Run | null> {
  const text = await readFile(path.join(folder, RUN_FILE), 'utf8').catch(() => null)
  if (text === null) return null
  let parsed: ReturnType<typeof runSchema.safeParse>
  try {
    parsed = runSchema.safeParse(JSON.parse(text))
  } catch (cause) {
    throw unreadable(folder, cause)
  }
  if (!parsed.success) throw unreadable(folder, parsed.error)
  return parsed.data
}

export async function restoreCheckpoint(
  folder: string,
  run: Run,
  { model, optimizer, average }: Trained,
): Promise<void> {
  const all = floats(await readFile(path.join(folder, run.state)))
  const trained = optimizer.variables.reduce((sum, { size }) => sum + size, 0)
  let at = model.countParams()
  const parts = optimizer.state().parts.map(({ size }) => {
    at += size
    return all.slice(at - size, at)
  })
  const hasAverage = all.length === at + trained
  if (!hasAverage && all.length !== at) throw unreadable(folder)
  setWeights(model, all.subarray(0, model.countParams()))
  optimizer.restore({ step: run.step, parts })
  // A run that was begun without an average starts one from where it stands.
  average?.restore(hasAverage ? all.subarray(at) : await flat(optimizer.variables))
}

export async function restoreBest(folder: string, model: tf.LayersModel): Promise<void> {
  setWeights(model, floats(await readFile(path.join(folder, BEST_FILE))))
}

/** All weights, the moving averages of batch norm too, one after the other: float32 of [parameters]. */
export function weightsOf(model: tf.LayersModel): Promise<Float32Array> {
  return flat(model.weights.map((weight) => weight.read()))
}

function setWeights(model: tf.LayersModel, values: Float32Array): void {
  let at = 0
  for (const weight of model.weights) {
    const variable = weight.read() as tf.Variable
    const next = values.slice(at, at + variable.size)
    at += variable.size
    const value = tf.tensor(next, variable.shape)
    variable.assign(value)
    value.dispose()
  }
}

async function flat(tensors: readonly tf.Tensor[]): Promise<Float32Array> {
  const parts = await Promise.all(tensors.map((tensor) => tensor.data()))
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function unreadable(folder: string, cause?: unknown): LimpidError {
  return new LimpidError('recipe-invalid', `The training run in ${folder} cannot be read.`, {
    file: path.join(folder, RUN_FILE),
    hint: 'Start it anew in another folder.',
    cause,
  })
}

const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)
const floats = (buffer: Buffer) => new Float32Array(new Uint8Array(buffer).buffer)

async function replaceFile(file: string, data: Buffer): Promise<void> {
  await writeFile(`${file}.tmp`, data, { flush: true })
  await rename(`${file}.tmp`, file)
}

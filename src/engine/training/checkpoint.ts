/**
 * A training run on disk: `run.json` (the recipe, where it stands, its history) and, for each checkpoint, one binary
 * of weights and optimizer state. `run.json` is renamed into place last, so a killed run always finds a whole state.
 */
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { LimpidError } from '../../contract/errors.ts'
import { recipeSchema } from '../../contract/recipe.ts'
import { bestSchema, historyEntrySchema, lossSumSchema, RUN_FILE } from '../../contract/training.ts'
import { writeFileAtomically } from '../imaging/atomic-write.ts'
import { tf } from '../tf.ts'
import type { WeightAverage } from './ema.ts'
import type { Optimizer } from './optimizer.ts'

const runSchema = z.object({
  recipe: recipeSchema,
  step: z.int(),
  seconds: z.number(),
  backend: z.string(),
  best: bestSchema.nullable(),
  /** What it started from, as it was measured; absent where that is random weights. */
  start: bestSchema.optional(),
  history: z.array(historyEntrySchema),
  /** Of the steps since the last point of the history. */
  lossSince: lossSumSchema.optional(),
  /** `Learner.data`, `Learner.parent`. */
  data: z.string().optional(),
  parent: z.string().optional(),
  /** The binary that holds this state, float32: all weights, the optimizer's state, the weights' average. */
  state: z.string(),
})

export type Run = z.infer<typeof runSchema>

/** What a checkpoint holds. */
export type Trained = { model: tf.LayersModel; optimizer: Optimizer; average: WeightAverage | null }

const BEST_FILE = 'best.bin'

/**
 * `best`: the weights to keep as the best so far, `null` to leave those that are there. Throws `training-diverged`,
 * and writes nothing, where a weight is no number; what `writeFileAtomically` throws where there is no room: what was
 * there before is still whole.
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
  const json: Run = { ...run, state: file }
  try {
    await replaceFile(path.join(folder, file), Buffer.concat(parts.map(bytes)))
    if (best) await replaceFile(path.join(folder, BEST_FILE), bytes(best))
    await replaceFile(path.join(folder, RUN_FILE), Buffer.from(`${JSON.stringify(json, null, 1)}\n`))
  } catch (thrown) {
    if (previous?.state !== file) await rm(path.join(folder, file), { force: true })
    throw thrown
  }
  if (previous && previous.state !== file) await rm(path.join(folder, previous.state), { force: true })
}

/** Where the run in `folder` stands, or null if there is none. Throws `recipe-invalid` on one that can't be read. */
export async function readRun(folder: string): Promise<Run | null> {
  const text = await readFile(path.join(folder, RUN_FILE), 'utf8').catch((cause) => {
    if (cause.code === 'ENOENT') return null
    throw unreadable(folder, RUN_FILE, cause)
  })
  if (text === null) return null
  let parsed: ReturnType<typeof runSchema.safeParse>
  try {
    parsed = runSchema.safeParse(JSON.parse(text))
  } catch (cause) {
    throw unreadable(folder, RUN_FILE, cause)
  }
  if (!parsed.success) throw unreadable(folder, RUN_FILE, parsed.error)
  return parsed.data
}

export async function restoreCheckpoint(
  folder: string,
  run: Run,
  { model, optimizer, average }: Trained,
): Promise<void> {
  const all = await readFloats(folder, run.state)
  const trained = optimizer.variables.reduce((sum, { size }) => sum + size, 0)
  let at = model.countParams()
  const parts = optimizer.state().parts.map(({ size }) => {
    at += size
    return all.slice(at - size, at)
  })
  const hasAverage = all.length === at + trained
  if (!hasAverage && all.length !== at) throw unreadable(folder, run.state)
  setWeights(model, all.subarray(0, model.countParams()))
  optimizer.restore({ step: run.step, parts })
  // A run that was begun without an average starts one from where it stands.
  average?.restore(hasAverage ? all.subarray(at) : await flat(optimizer.variables))
}

export async function restoreBest(folder: string, model: tf.LayersModel): Promise<void> {
  const best = await readFloats(folder, BEST_FILE)
  if (best.length !== model.countParams()) throw unreadable(folder, BEST_FILE)
  setWeights(model, best)
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

function unreadable(folder: string, name: string, cause?: unknown): LimpidError {
  return new LimpidError('recipe-invalid', `The training run in ${folder} cannot be read: its ${name}.`, {
    file: path.join(folder, name),
    hint: 'Start it anew in another folder.',
    cause,
  })
}

const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)

async function readFloats(folder: string, name: string): Promise<Float32Array> {
  const buffer = await readFile(path.join(folder, name)).catch((cause) => {
    throw unreadable(folder, name, cause)
  })
  if (buffer.length % 4 !== 0) throw unreadable(folder, name)
  return new Float32Array(new Uint8Array(buffer).buffer)
}

const replaceFile = (file: string, data: Buffer) => writeFileAtomically(file, data, { overwrite: true })

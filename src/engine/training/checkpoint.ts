/**
 * A training run on disk: `run.json` (the recipe, where it stands, its history) and, for each checkpoint, one binary
 * of weights and optimizer state. `run.json` is renamed into place last, so a killed run always finds a whole state.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { LimpidError } from '../../contract/errors.ts'
import { recipeSchema } from '../../contract/recipe.ts'
import { tf } from '../tf.ts'
import type { FlatAdam } from './adam.ts'

const historyEntrySchema = z.object({
  step: z.int(),
  loss: z.number(),
  learningRate: z.number(),
  /** Mean PSNR on the validation crops, dB, one for each sigma of the recipe. */
  psnr: z.array(z.number()),
})

const runSchema = z.object({
  recipe: recipeSchema,
  step: z.int(),
  adamStep: z.int(),
  seconds: z.number(),
  backend: z.string(),
  best: z.object({ step: z.int(), psnr: z.number() }).nullable(),
  history: z.array(historyEntrySchema),
  /** The binary that holds this state: weights, first moments, second moments, all float32. */
  state: z.string(),
})

export type Run = z.infer<typeof runSchema>
export type HistoryEntry = z.infer<typeof historyEntrySchema>

const RUN_FILE = 'run.json'
const BEST_FILE = 'best.bin'

export async function saveCheckpoint(
  folder: string,
  run: Omit<Run, 'state' | 'adamStep'>,
  model: tf.LayersModel,
  adam: FlatAdam,
  isBest: boolean,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const previous = await readRun(folder)
  const weights = await flatWeights(model)
  const state = adam.state()
  const file = `state-${run.step}.bin`
  const moments = [await state.first.data(), await state.second.data()] as Float32Array[]
  await replaceFile(path.join(folder, file), Buffer.concat([weights, ...moments].map(bytes)))
  if (isBest) await replaceFile(path.join(folder, BEST_FILE), bytes(weights))
  const json: Run = { ...run, adamStep: state.step, state: file }
  await replaceFile(path.join(folder, RUN_FILE), Buffer.from(`${JSON.stringify(json, null, 1)}\n`))
  if (previous && previous.state !== file) await rm(path.join(folder, previous.state), { force: true })
}

/** Where the run in `folder` stands, or null if there is none. Throws `recipe-invalid` on a damaged one. */
export async function readRun(folder: string): Promise<Run | null> {
  const text = await readFile(path.join(folder, RUN_FILE), 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = runSchema.safeParse(JSON.parse(text))
  if (!parsed.success) {
    throw new LimpidError('recipe-invalid', `The training run in ${folder} cannot be read.`, {
      file: path.join(folder, RUN_FILE),
      hint: 'Start it anew in another folder.',
      cause: parsed.error,
    })
  }
  return parsed.data
}

export async function restoreCheckpoint(
  folder: string,
  run: Run,
  model: tf.LayersModel,
  adam: FlatAdam,
): Promise<void> {
  const all = floats(await readFile(path.join(folder, run.state)))
  const count = all.length / 3
  setFlatWeights(model, all.subarray(0, count))
  adam.restore(run.adamStep, all.slice(count, 2 * count), all.slice(2 * count))
}

export async function restoreBest(folder: string, model: tf.LayersModel): Promise<void> {
  setFlatWeights(model, floats(await readFile(path.join(folder, BEST_FILE))))
}

/** All trainable weights, one after the other: float32 of [parameters]. */
async function flatWeights(model: tf.LayersModel): Promise<Float32Array> {
  const parts = await Promise.all(model.trainableWeights.map((weight) => weight.read().data()))
  const flat = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    flat.set(part, at)
    at += part.length
  }
  return flat
}

function setFlatWeights(model: tf.LayersModel, flat: Float32Array): void {
  let at = 0
  for (const weight of model.trainableWeights) {
    const variable = weight.read() as tf.Variable
    const next = flat.slice(at, at + variable.size)
    at += variable.size
    const value = tf.tensor(next, variable.shape)
    variable.assign(value)
    value.dispose()
  }
}

const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)
const floats = (buffer: Buffer) => new Float32Array(new Uint8Array(buffer).buffer)

async function replaceFile(file: string, data: Buffer): Promise<void> {
  await writeFile(`${file}.tmp`, data, { flush: true })
  await rename(`${file}.tmp`, file)
}

/**
 * Writes a recipe's training batches to standard output as raw bytes, for a trainer in another language:
 *
 *     node tools/training/batches.ts --recipe recipes/denoise-fast.json --data DIR [--first STEP] [--workers N]
 *     node tools/training/batches.ts --recipe recipes/denoise-fast.json --data DIR --validation
 *
 * They are the very batches that Limpid's own trainer would train on. Each is a header of six little-endian int32
 * (magic 0x4c4d5042, step, batch, patch, input channels, target channels), then the input as little-endian float32
 * [batch, patch, patch, input channels], then the target likewise. The stream ends behind the last step.
 *
 * With `--validation` they are the validation pairs, one a batch: `step` is the number of the setting, `patch` the
 * side of the crop. The mean PSNR of each setting, its outputs clipped to 0..1, is what our trainer validates with. The
 * target of a picture that was made grey has one channel, and what is measured is the mean of the output's.
 */
import { once } from 'node:events'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { readRecipe } from '../../src/cli/recipe-file.ts'
import type { RestorationRecipe } from '../../src/contract/restoration-recipe.ts'
import { type Batch, batchOf } from '../../src/engine/training/batch.ts'
import { loadDataset, type TrainingPicture } from '../../src/engine/training/dataset.ts'
import { feedPatches } from '../../src/engine/training/patch-feeder.ts'
import { validationPairs } from '../../src/engine/training/validation-pairs.ts'

const MAGIC = 0x4c4d5042

const { values: options } = parseArgs({
  options: {
    recipe: { type: 'string' },
    data: { type: 'string' },
    first: { type: 'string', default: '0' },
    workers: { type: 'string', default: String(Math.max(1, os.availableParallelism() - 1)) },
    validation: { type: 'boolean', default: false },
  },
})
const { recipe: recipeFile, data } = options
if (!recipeFile || !data) throw new Error('Name a recipe with --recipe and the data folder with --data.')

const recipe = await readRecipe(recipeFile)
if (!('stages' in recipe)) throw new Error(`${recipeFile} is no recipe of a restoration model.`)
const dataset = await loadDataset(data, recipe.data)
const batches = options.validation
  ? validationBatches(dataset.validation, recipe)
  : feedPatches(recipe, dataset.train, Number(options.first), Number(options.workers))

// A reader that has enough closes the pipe: no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
for await (const batch of batches) await write(batch)

async function* validationBatches(
  pictures: readonly TrainingPicture[],
  recipe: RestorationRecipe,
): AsyncGenerator<Batch> {
  for await (const pair of validationPairs(pictures, recipe)) {
    const batch = batchOf(recipe.task, pair.setting, [pair])
    const { channels, values } = pair.clean
    yield channels < batch.targetChannels
      ? { ...batch, targetChannels: channels, target: new Float32Array(values) }
      : batch
  }
}

async function write({ step, batch, patch, inputChannels, targetChannels, input, target }: Batch) {
  const header = Buffer.alloc(24)
  for (const [i, value] of [MAGIC, step, batch, patch, inputChannels, targetChannels].entries())
    header.writeInt32LE(value, 4 * i)
  process.stdout.write(header)
  process.stdout.write(bytes(input))
  if (!process.stdout.write(bytes(target))) await once(process.stdout, 'drain')
}

/** The array’s own memory, in the byte order of the machine: little-endian wherever Limpid runs. */
function bytes(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}

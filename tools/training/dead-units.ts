/**
 * Which units of a restoration model do nothing: of each residual block, how many are 0 all over training patches of the
 * model's own recipe. A scale whose units are all dead is paid for in vain.
 *
 *     node tools/training/dead-units.ts models/upscale-3 --data ../shared/data
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { restorationRecipeSchema } from '../../src/contract/restoration-recipe.ts'
import { chooseBackend } from '../../src/engine/backends/choose.ts'
import { loadModel } from '../../src/engine/models/model-file.ts'
import { loadDataset } from '../../src/engine/training/dataset.ts'
import { unitsOf } from '../../src/engine/training/dead-units.ts'
import { examples } from '../../src/engine/training/restoration-learner.ts'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { data: { type: 'string' } } })
const [folder] = positionals
const { data } = values
if (!folder || !data) throw new Error('Name a model folder, and with --data the folder of the data sets.')
await chooseBackend()
const { model, manifest } = await loadModel(path.resolve(folder))
if (manifest.architecture.name !== 'restoration-unet') {
  throw new Error(
    `${folder} is a ${manifest.architecture.name}: units are counted in a restoration-unet's residual blocks.`,
  )
}
const recipe = restorationRecipeSchema.parse(manifest.recipe)
const { train } = await loadDataset(path.resolve(data), recipe.data)
for (const { maker, alive } of await unitsOf(model, examples(recipe, train))) {
  const dead = alive.filter((one) => !one).length
  console.log(`${maker.padEnd(24)} ${String(dead).padStart(4)} of ${alive.length} dead`)
}

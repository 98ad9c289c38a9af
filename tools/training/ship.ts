/**
 * Puts a trained model among those that Limpid comes with, its weights in float16:
 *
 *     node tools/training/ship.ts RUN/out                                        # into models/ID
 *     node tools/training/ship.ts RUN/out --of denoise-fast --for white-noise    # into that model, as its specialist
 *
 * A recipe that has dead units removed asks for the pictures that it learned from: `--data ../shared/data`. Then
 * `npm run quality -- --write ID` (of the model that it is in) measures it as it is shipped.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { manifestSchema, SPECIALITIES } from '../../src/contract/model.ts'
import { recipeSchema } from '../../src/contract/recipe.ts'
import { architecture } from '../../src/engine/architectures/index.ts'
import { chooseBackend } from '../../src/engine/backends/choose.ts'
import { writeCard } from '../../src/engine/models/card.ts'
import { loadModel, readManifest, saveModel, writeManifest } from '../../src/engine/models/model-file.ts'
import { networkManifest } from '../../src/engine/models/recipe-manifest.ts'
import { loadDataset } from '../../src/engine/training/dataset.ts'
import { withoutDeadUnits } from '../../src/engine/training/dead-units.ts'
import { examples } from '../../src/engine/training/restoration-learner.ts'

const {
  positionals: [from],
  values: { of, for: speciality, models, data },
} = parseArgs({
  allowPositionals: true,
  options: {
    of: { type: 'string' },
    for: { type: 'string' },
    data: { type: 'string' },
    models: { type: 'string', default: path.join(import.meta.dirname, '../../models') },
  },
})
if (!from) throw new Error('Name the model folder that training wrote.')
if ((of === undefined) !== (speciality === undefined)) {
  throw new Error(`A specialist is --of a model and --for one of: ${SPECIALITIES.join(', ')}.`)
}
const { model, manifest } = await finished(path.resolve(from))
const { files, parameterCount, ...about } = manifest
const generalist = of === undefined ? null : path.join(models, of)
const folder = path.join(generalist ?? models, manifest.id)
const { specialists } = (await readManifest(folder).catch(() => null)) ?? {} // of an earlier version
await writeCard(folder, await saveModel(folder, model, { ...about, specialists }, 'float16'))
if (generalist && speciality) {
  const its = await readManifest(generalist)
  const known = { ...its.specialists, [speciality]: manifest.id }
  await writeManifest(generalist, manifestSchema.parse({ ...its, specialists: known }))
}

console.log(`${manifest.id} ${manifest.version} is in ${folder}.`)

/** The model of that folder, without its dead units if its recipe wants that and it was not done yet. */
async function finished(trained: string) {
  const { model, manifest } = await loadModel(trained)
  const recipe = recipeSchema.parse(manifest.recipe)
  if (!('removeDeadUnits' in recipe) || 'hidden' in manifest.architecture.parameters)
    return { model, manifest }
  if (!data)
    throw new Error(
      'Name with --data the folder of the data sets: dead units are to be removed, and are told by them.',
    )
  await chooseBackend()
  const network = architecture(manifest.architecture.name, manifest.architecture.parameters)
  const { train } = await loadDataset(path.resolve(data), recipe.data)
  const fewer = await withoutDeadUnits(model, network, examples(recipe, train))
  return { model: fewer.model, manifest: { ...manifest, ...networkManifest(fewer.network, fewer.model) } }
}

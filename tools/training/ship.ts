/**
 * Puts a trained model among those that Limpid comes with, its weights in float16:
 *
 *     node tools/training/ship.ts RUN/out                                        # into models/ID
 *     node tools/training/ship.ts RUN/out --of denoise-fast --for white-noise    # into that model, as its specialist
 *
 * then `npm run quality -- --write ID` (of the model that it is in) measures it as it is shipped.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { manifestSchema, SPECIALITIES } from '../../src/contract/model.ts'
import { writeCard } from '../../src/engine/models/card.ts'
import { loadModel, readManifest, saveModel, writeManifest } from '../../src/engine/models/model-file.ts'
import { tf } from '../../src/engine/tf.ts'

const {
  positionals: [from],
  values: { of, for: speciality, models },
} = parseArgs({
  allowPositionals: true,
  options: {
    of: { type: 'string' },
    for: { type: 'string' },
    models: { type: 'string', default: path.join(import.meta.dirname, '../../models') },
  },
})
if (!from) throw new Error('Name the model folder that training wrote.')
if ((of === undefined) !== (speciality === undefined)) {
  throw new Error(`A specialist is --of a model and --for one of: ${SPECIALITIES.join(', ')}.`)
}
await tf.setBackend('cpu') // computes nothing here
const { model, manifest } = await loadModel(path.resolve(from))
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

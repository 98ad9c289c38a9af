/**
 * Puts a trained model among those that Limpid comes with, its weights in float16:
 *
 *     node tools/training/ship.ts RUN/out [models]
 *
 * then `npm run quality -- --write ID` measures it as it is shipped.
 */
import path from 'node:path'
import { loadModel, saveModel } from '../../src/engine/models/model-file.ts'
import { tf } from '../../src/engine/tf.ts'

const [from, models = path.join(import.meta.dirname, '../../models')] = process.argv.slice(2)
if (!from) throw new Error('Name the model folder that training wrote.')
await tf.setBackend('cpu') // computes nothing here
const { model, manifest } = await loadModel(path.resolve(from))
const { files, parameterCount, ...about } = manifest
const folder = path.join(models, manifest.id)
await saveModel(folder, model, about, 'float16')
console.log(`${manifest.id} ${manifest.version} is in ${folder}.`)

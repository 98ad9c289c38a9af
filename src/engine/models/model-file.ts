/**
 * A model on disk: a folder with `manifest.json`, and `model.json` + `weights.bin` in TensorFlow.js's standard layers
 * format. A model is data: JSON and numbers, hash-checked before use, no code.
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import { type Manifest, manifestSchema } from '../../contract/model.ts'
import '../layers/index.ts'
import { writeFileAtomically } from '../imaging/atomic-write.ts'
import { tf } from '../tf.ts'

/**
 * Writes the model and its manifest, in the place of those that are there; hashes and weight count are filled in. In
 * float16 it takes half the room and is rounded to 11 bits; it is read as float32 all the same.
 */
export async function saveModel(
  folder: string,
  model: tf.LayersModel,
  about: Omit<Manifest, 'files' | 'parameterCount'>,
  precision: 'float32' | 'float16' = 'float32',
): Promise<Manifest> {
  await mkdir(folder, { recursive: true })
  const artifacts = await artifactsOf(model)
  const joined = tf.io.CompositeArrayBuffer.join(artifacts.weightData)
  const weights = Buffer.from(precision === 'float32' ? joined : halved(joined))
  const specs = artifacts.weightSpecs!.map((spec) => ({
    ...spec,
    ...(precision === 'float16' && { quantization: { dtype: 'float16', original_dtype: 'float32' } }),
  }))
  const topology = Buffer.from(
    `${JSON.stringify({
      format: 'layers-model',
      generatedBy: 'Limpid',
      convertedBy: null,
      modelTopology: artifacts.modelTopology,
      weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
    })}\n`,
  )
  const manifest: Manifest = {
    ...about,
    parameterCount: model.countParams(),
    files: { 'model.json': sha256(topology), 'weights.bin': sha256(weights) },
  }
  const files = { 'model.json': topology, 'weights.bin': weights, 'manifest.json': jsonOf(manifest) }
  await replaceFiles(folder, files)
  return manifest
}

/** All of them or, where there is no room, none. */
async function replaceFiles(folder: string, files: Record<string, Buffer>): Promise<void> {
  const beside = await mkdtemp(path.join(folder, '.new-'))
  try {
    for (const [name, bytes] of Object.entries(files))
      await writeFileAtomically(path.join(beside, name), bytes)
    for (const name of Object.keys(files)) await rename(path.join(beside, name), path.join(folder, name))
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}

const jsonOf = (manifest: Manifest) => Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(path.join(folder, 'manifest.json'), jsonOf(manifest))
}

/** Reads a model and checks it against its manifest. Throws `model-unknown` or `model-damaged`. */
export async function loadModel(folder: string): Promise<{ model: tf.LayersModel; manifest: Manifest }> {
  const manifest = await readManifest(folder)
  const [topology, weights] = await Promise.all([
    readChecked(folder, 'model.json', manifest),
    readChecked(folder, 'weights.bin', manifest),
  ])
  try {
    const { modelTopology, weightsManifest } = JSON.parse(topology.toString('utf8'))
    const weightData = new Uint8Array(weights).buffer
    const handler = tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData })
    return { model: await tf.loadLayersModel(handler), manifest }
  } catch (cause) {
    throw damaged(
      folder,
      `its network does not load (${cause instanceof Error ? cause.message : cause})`,
      cause,
    )
  }
}

export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, 'manifest.json')
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new LimpidError('model-unknown', `There is no model in ${folder}.`, {
      file,
      hint: 'See `limpid models list` for those that are there.',
      cause,
    })
  })
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw damaged(folder, 'its manifest.json does not fit the schema', cause)
  }
}

async function readChecked(
  folder: string,
  name: 'model.json' | 'weights.bin',
  manifest: Manifest,
): Promise<Buffer> {
  const bytes = await readFile(path.join(folder, name)).catch((cause) => {
    throw damaged(folder, `${name} is missing`, cause)
  })
  if (sha256(bytes) !== manifest.files[name]) throw damaged(folder, `${name} does not match its hash`)
  return bytes
}

function damaged(folder: string, why: string, cause?: unknown): LimpidError {
  return new LimpidError('model-damaged', `The model "${path.basename(folder)}" is damaged: ${why}.`, {
    file: folder,
    hint: 'Install it again, or choose another model.',
    cause,
  })
}

/** float32 → float16, each rounded to the nearest. */
function halved(weights: ArrayBuffer): ArrayBuffer {
  return new Float16Array(new Float32Array(weights)).buffer
}

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = given
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    }),
  )
  return artifacts!
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

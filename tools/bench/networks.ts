/** The networks that are measured: every shipped model, and a fixed reference U-Net. */
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { architecture } from '../../src/engine/architectures/index.ts'
import { loadModel, readManifest, saveModel } from '../../src/engine/models/model-file.ts'
import { channelsOf } from '../../src/engine/models/network.ts'
import { exportOnnx } from '../../src/engine/models/onnx.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Geometry } from '../../src/engine/tiling.ts'
import { inference, type NamedWork, type Work, worksOn } from './work.ts'

export type BenchNetwork = {
  name: string
  /** A model folder. */
  folder: string
  /** The same as an ONNX file. */
  onnx: string
  shipped: boolean
  works: NamedWork[]
  /** A small picture, by which peers are compared. */
  sample: Work
}

/**
 * The classic one of Ronneberger et al. 2015 on RGB, with a quarter of its filters: 2.2 M parameters, 4 poolings. Fixed,
 * so that its figures can be compared over the years.
 */
const REFERENCE_UNET = {
  name: 'unet',
  parameters: {
    inputChannels: 3,
    outputChannels: 3,
    filters: 16,
    depth: 4,
    batchNorm: false,
    dropout: 0,
    upsampling: 'nearest',
    activation: 'linear',
  },
}

/** `models`: folder of model folders. What has to be made is put into `temporary`. */
export async function prepareNetworks(models: string, temporary: string): Promise<BenchNetwork[]> {
  await tf.setBackend('cpu') // computes nothing here but a few transposed kernels
  const networks: BenchNetwork[] = []
  for (const folder of await modelFolders(models)) {
    networks.push(await prepared(folder, temporary, { shipped: true, patch: 96 }))
  }
  const reference = path.join(temporary, 'reference-unet')
  await saveReferenceUnet(reference)
  networks.push(await prepared(reference, temporary, { shipped: false, patch: 64 }))
  return networks
}

async function prepared(
  folder: string,
  temporary: string,
  { shipped, patch }: { shipped: boolean; patch: number },
): Promise<BenchNetwork> {
  const { model, manifest } = await loadModel(folder)
  const onnx = path.join(temporary, `${manifest.id}.onnx`)
  await writeFile(onnx, await exportOnnx(model))
  model.dispose()
  const geometry: Geometry = manifest
  const channels = channelsOf(manifest)
  const works = worksOn(geometry, channels, patch)
  const sample = inference(geometry, channels, { width: 128, height: 96 })
  return { name: manifest.id, folder, onnx, shipped, works, sample }
}

async function modelFolders(models: string): Promise<string[]> {
  const entries = await readdir(models).catch(() => [])
  const folders: string[] = []
  for (const entry of entries.sort()) {
    const folder = path.join(models, entry)
    if (await readManifest(folder).catch(() => null)) folders.push(folder)
  }
  return folders
}

async function saveReferenceUnet(folder: string): Promise<void> {
  const { name, parameters, build, sizeMultiple, receptiveFieldRadius } = architecture(
    REFERENCE_UNET.name,
    REFERENCE_UNET.parameters,
  )
  const model = build(1)
  await saveModel(folder, model, {
    id: 'reference-unet',
    version: '1.0.0',
    title: 'The benchmark’s reference U-Net, untrained',
    task: 'denoise',
    architecture: { name, parameters: parameters as Record<string, unknown> },
    megaMacsPerPixel: 0,
    sizeMultiple,
    receptiveFieldRadius,
    recipe: {},
    provenance: 'none',
    licence: 'MIT',
    parent: null,
    quality: [],
    created: '2026-01-01',
  })
  model.dispose()
}

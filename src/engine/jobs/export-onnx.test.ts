import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { architecture } from '../architectures/index.ts'
import { Compute } from '../compute.ts'
import { saveModel } from '../models/model-file.ts'
import { exportModelToOnnx } from './export-onnx.ts'
import { aloneWith } from './job-context.ts'

const context = aloneWith(new Compute())

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limpid-onnx-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('writes a model folder as one ONNX file, says what it is, and overwrites only when asked', async () => {
  await context.backend()
  const { name, parameters, build } = architecture('restoration-unet', { channels: [4], blocks: [1] })
  const model = path.join(folder, 'tiny')
  await saveModel(model, build(1), {
    id: 'tiny',
    version: '1.0.0',
    title: 'Tiny',
    task: 'denoise',
    architecture: { name, parameters: parameters as Record<string, unknown> },
    megaMacsPerPixel: 0,
    sizeMultiple: 2,
    receptiveFieldRadius: 9,
    recipe: {},
    provenance: 'none',
    licence: 'MIT',
    parent: null,
    quality: [],
    created: '2026-01-01',
  })
  const file = path.join(folder, 'tiny.onnx')
  const { bytes } = await exportModelToOnnx({ folder: model, path: file, overwrite: false }, context)

  const written = await readFile(file)
  expect(written.length).toBe(bytes)
  expect([...written.subarray(0, 2)]).toEqual([8, 8]) // field 1, the format's version: 8
  for (const word of ['DepthToSpace', 'receptiveFieldRadius', 'licence'])
    expect(written.includes(word)).toBe(true)

  const again = (overwrite: boolean) => exportModelToOnnx({ folder: model, path: file, overwrite }, context)
  await expect(again(false)).rejects.toMatchObject({ code: 'file-exists' })
  await expect(again(true)).resolves.toEqual({ path: file, bytes })
  const nowhere = {
    folder: path.join(folder, 'none'),
    path: path.join(folder, 'none.onnx'),
    overwrite: false,
  }
  await expect(exportModelToOnnx(nowhere, context)).rejects.toMatchObject({ code: 'model-unknown' })
  expect((await readdir(folder)).sort()).toEqual(['tiny', 'tiny.onnx'])
})

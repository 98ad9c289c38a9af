/** A model folder that only says what it is: the scripted engine computes without one. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from '../../../src/contract/model.ts'

export type StandIn = Pick<Manifest, 'id' | 'task' | 'scale'>

export function writeModel(
  folder: string,
  { id, task, scale }: StandIn = { id: 'denoise-fast', task: 'denoise' },
): void {
  const manifest: Manifest = {
    id,
    version: '1.0.0',
    title: id === 'denoise-fast' ? 'Denoise, fast' : id,
    task,
    ...(scale === undefined ? {} : { scale }),
    architecture: { name: 'restoration-unet', parameters: {} },
    parameterCount: 880_000,
    megaMacsPerPixel: 0.052,
    sizeMultiple: 8,
    receptiveFieldRadius: 48,
    files: { 'model.json': '0'.repeat(64), 'weights.bin': '0'.repeat(64) },
    recipe: {},
    provenance: 'made for a test',
    licence: 'MIT',
    parent: null,
    quality: [],
    created: '2026-11-01T00:00:00Z',
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
}

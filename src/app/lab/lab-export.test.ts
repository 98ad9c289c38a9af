import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { LabRun } from '../../contract/lab-run.ts'
import { exportRuns } from './lab-export.ts'

/** A folder with one model, `dense`, and nothing else. */
function folderWithModel(): { folder: string; model: string } {
  const folder = mkdtempSync(join(tmpdir(), 'limpid-lab-export-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const model = join(folder, 'dense')
  mkdirSync(model)
  writeFileSync(join(model, 'manifest.json'), '{}')
  return { folder, model }
}

const noEngine = {
  run: async () => {
    throw new Error('No engine is needed.')
  },
}

// A plain account of Windows may make no links.
const withLinks = test.skipIf(process.platform === 'win32')

const save = (what: 'zip' | 'csv', path: string, model: string) => {
  const run = { title: 'Dense', curve: [[1, 0.5]], validations: [], model: { id: 'dense', folder: model } }
  return exportRuns([run as unknown as LabRun], { what, path, overwrite: true }, noEngine)
}

withLinks(
  'a model is saved with its files, those that are linked too, and without the folders in it',
  async () => {
    const { folder, model } = folderWithModel()
    mkdirSync(join(model, 'notes'))
    writeFileSync(join(folder, 'elsewhere.bin'), 'weights')
    symlinkSync(join(folder, 'elsewhere.bin'), join(model, 'weights.bin'))
    const path = join(folder, 'model.zip')
    await save('zip', path, model)
    const zip = readFileSync(path).toString('latin1')
    expect(zip).toContain('dense/manifest.json')
    expect(zip).toContain('dense/weights.bin')
    expect(zip).not.toContain('notes')
  },
)

test('a model that was deleted is told as such, not as a file that cannot be written', async () => {
  const { folder, model } = folderWithModel()
  rmSync(model, { recursive: true })
  await expect(save('zip', join(folder, 'model.zip'), model)).rejects.toMatchObject({
    code: 'file-not-found',
    message: `${model} is not there.`,
    file: model,
  })
  expect(readdirSync(folder)).toEqual([])
})

withLinks('a file of a model that is gone is told by its name', async () => {
  const { folder, model } = folderWithModel()
  const weights = join(model, 'weights.bin')
  symlinkSync(join(folder, 'nowhere'), weights)
  await expect(save('zip', join(folder, 'model.zip'), model)).rejects.toMatchObject({
    code: 'file-not-found',
    file: weights,
  })
  expect(readdirSync(folder)).toEqual(['dense'])
})

test.runIf(process.platform === 'linux')(
  'a file that fails as it is read ends the saving alone',
  async () => {
    const { folder, model } = folderWithModel()
    symlinkSync('/proc/self/mem', join(model, 'weights.bin')) // opens, and cannot be read at its beginning
    await expect(save('zip', join(folder, 'model.zip'), model)).rejects.toMatchObject({
      code: 'file-unreadable',
      message: `${model} cannot be read (EIO).`,
    })
    expect(readdirSync(folder)).toEqual(['dense'])
  },
)

test('nothing half-written stays where a table or a model cannot be put', async () => {
  const { folder, model } = folderWithModel()
  for (const what of ['csv', 'zip'] as const) {
    const path = join(folder, `taken.${what}`)
    mkdirSync(path)
    await expect(save(what, path, model)).rejects.toMatchObject({ code: 'file-unwritable', file: path })
  }
  expect(readdirSync(folder).sort()).toEqual(['dense', 'taken.csv', 'taken.zip'])
})

import { expect, it } from 'vitest'
import { evaluationSchema } from '../../src/contract/evaluation.ts'
import type { Manifest } from '../../src/contract/model.ts'
import { qualityReport } from './report.ts'
import { commandOf, tables, whatOf } from './tables.ts'

const jpeg = tables.filter(({ task }) => task === 'jpeg-repair')
const [set5] = tables.filter(({ title }) => title.includes('Set5'))

function model(id: string, about: Partial<Manifest>, values: Record<string, number>, input = 20): Manifest {
  const quality = Object.entries(values).map(([what, value]) => ({
    what,
    value,
    unit: 'dB',
    input,
    command: `measure ${what}`,
  }))
  return { id, megaMacsPerPixel: 0.0544, quality, ...about } as Manifest
}

it('ours stand beside the published, with the input and the cost', () => {
  const [ten, twenty] = jpeg[0].columns
  const ours = model(
    'jpeg-repair',
    { task: 'jpeg-repair' },
    { [whatOf(ten)]: 29.456, [whatOf(twenty)]: 31.7 },
    27.82,
  )
  const report = qualityReport(jpeg, [ours])
  expect(report).toContain('| input | 27.82 | 27.82 | – | – | 0 |')
  expect(report).toContain('| DnCNN-3 | 29.40 | 31.63 | 32.91 | 33.77 | 0.67 |')
  expect(report).toContain('| **jpeg-repair** | **29.46** | **31.70** | – | – | **0.054** |')
  expect(report).toContain(`measure ${whatOf(ten)}`)
})

it('the cost of a specialist stands beside that of its model', () => {
  const [ten] = jpeg[0].columns
  const ours = model(
    'jpeg-repair',
    { task: 'jpeg-repair', specialists: { 'white-noise': 'inside' } },
    { [whatOf(ten)]: 29.456 },
  )
  const its = model('inside', { megaMacsPerPixel: 0.06 }, {})
  const another = model('elsewhere', { parent: 'jpeg-repair', megaMacsPerPixel: 0.07 }, {})
  const report = qualityReport(jpeg, [ours], [its, another])
  expect(report).toContain('| **jpeg-repair** | **29.46** | – | – | – | **0.054 / 0.060** |')
})

it('the models of several scales make one row', () => {
  const models = ([2, 3] as const).map((scale) => {
    const column = set5.columns.find((one) => one.scale === scale)!
    return model(`upscale-${scale}`, { task: 'upscale', scale }, { [whatOf(column)]: 30 + scale })
  })
  const report = qualityReport([set5], models)
  expect(report).toContain('| **upscale-2, upscale-3** | **32.00** | **33.00** | – |')
})

it('a task without a model says so', () => {
  expect(qualityReport(jpeg, [])).toContain('No model for it has been measured yet.')
})

it('every column can be measured, and its command says how', () => {
  for (const column of tables.flatMap(({ columns }) => columns)) {
    expect(evaluationSchema.parse({ ...column.conditions, folder: null, data: column.set })).toBeTruthy()
  }
  const [, fifteen] = tables[0].columns
  expect(commandOf('denoise-fast', fifteen)).toBe(
    'limpid evaluate denoise --model denoise-fast --data cbsd68 --sigma 15',
  )
  for (const { published, columns } of tables) {
    for (const { values } of published) expect(values).toHaveLength(columns.length)
  }
})

import { describe, expect, it } from 'vitest'
import { isMet, targetValue } from '../../contract/zoo.ts'
import { zooReport } from './report.ts'
import type { ZooResults } from './results.ts'

const measured = { parameterCount: 25888, seconds: 133.4, steps: 2712, count: 5000, backend: 'tensorflow' }
const results: ZooResults = {
  pca: { ...measured, seconds: 1, steps: 0, figures: { MSE: 0.027 } },
  'linear-autoencoder': { ...measured, figures: { MSE: 0.0275 } },
  'dense-autoencoder': { ...measured, figures: { MSE: 0.005123456 } },
  'dense-denoising-autoencoder': {
    ...measured,
    figures: { MSE: 0.02, 'PSNR (dB)': 17, 'gain over the input (dB)': 7 },
  },
}
const report = zooReport(results, { machine: 'a computer', command: 'limpid zoo' })
const row = (title: string) => report.split('\n').find((line) => line.startsWith(`| ${title} |`))

describe('the table of the zoo', () => {
  it('has a row for each system, with figures, target, and whether it is met', () => {
    expect(row('Linear autoencoder, 16 units')).toBe(
      '| Linear autoencoder, 16 units | 25888 | 133 | 2712 | MSE 0.0275; MSE ÷ that of pca 1.019 | ≤ 1.02 | yes |',
    )
    expect(row('Dense autoencoder')).toContain('| MSE 0.005123 | ≤ 0.0045 | no |')
    expect(row('PCA, 16 components')).toContain('| 1 | none: computed | MSE 0.027 | – | – |')
    expect(row('Contractive autoencoder')).toContain('| not trained yet | ≤ 0.7; 0.9 to 1.1 | |')
    expect(report).toContain('on a computer')
  })

  it('compares with another system by difference or ratio, and not with one that is not measured', () => {
    const figures = (id: string) => results[id]?.figures ?? null
    const against = { recipe: 'dense-denoising-autoencoder', by: 'difference' } as const
    const target = { figure: 'MSE', against, atMost: 0 }
    expect(targetValue(target, 'dense-autoencoder', figures)).toBeCloseTo(-0.014876544, 9)
    expect(targetValue({ ...target, against: { ...against, recipe: 'none' } }, 'pca', figures)).toBeNull()
    expect(isMet({ figure: 'MSE', atLeast: 0.9, atMost: 1.1 }, 1.11)).toBe(false)
    expect(isMet({ figure: 'MSE', atLeast: 0.9, atMost: 1.1 }, 0.9)).toBe(true)
  })
})

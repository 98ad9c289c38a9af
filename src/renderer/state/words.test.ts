import { describe, expect, it } from 'vitest'
import type { Picture, PictureInfo } from '../../contract/picture.ts'
import { aJob, aPicture } from './testing/examples.ts'
import {
  backendInWords,
  durationInWords,
  estimateInWords,
  keptInWords,
  megapixelsInWords,
  noiseInWords,
  removedInWords,
  usualQualityInWords,
  workInWords,
} from './words.ts'

describe('words for numbers', () => {
  it('says how much noise, and where it is if it is somewhere', () => {
    expect(noiseInWords({ sigma: 24.3, shadows: 30, highlights: 12 })).toBe(
      'Noise found: σ ≈ 24, mostly in the shadows',
    )
    expect(noiseInWords({ sigma: 24.3, shadows: 12, highlights: 30 })).toContain('highlights')
    expect(noiseInWords({ sigma: 25, shadows: 25, highlights: 24 })).toBe('Noise found: σ ≈ 25')
    expect(noiseInWords({ sigma: 0.8, shadows: 2, highlights: 0.1 })).toBe('Hardly any fine noise')
  })

  it('says what was removed, where an estimate saw hardly any as well', () => {
    expect(removedInWords({ sigma: 4.4, shadows: 6, highlights: 2 })).toBe(
      'Noise removed: σ ≈ 4, mostly in the shadows',
    )
    expect(removedInWords({ sigma: 0.4, shadows: 0.4, highlights: 0.4 })).toBe('Hardly any noise was there')
  })

  it('lists what is kept, and says nothing where there is nothing to keep', () => {
    const plain: PictureInfo = {
      width: 10,
      height: 10,
      format: 'png',
      depth: 8,
      channels: 3,
      hasAlpha: false,
      hasProfile: false,
      hasExif: false,
      bytes: 100,
      jpegQuality: null,
      notes: [],
    }
    expect(keptInWords(plain)).toBe('')
    expect(keptInWords({ ...plain, hasExif: true })).toBe('EXIF kept')
    expect(keptInWords({ ...plain, hasExif: true, hasProfile: true, depth: 16 })).toBe(
      'EXIF, profile and 16 bit kept',
    )
  })

  it('rounds times to what can be believed', () => {
    expect(durationInWords(0.2)).toBe('under 1 s')
    expect(durationInWords(14.4)).toBe('14 s')
    expect(estimateInWords(0.2)).toBe('under 1 s')
    expect(estimateInWords(14.4)).toBe('about 14 s')
    expect(durationInWords(125)).toBe('2 min')
    expect(durationInWords(4800)).toBe('1 h 20 min')
    expect(durationInWords(7200)).toBe('2 h')
  })

  it('never says that a picture has no pixels', () => {
    expect(megapixelsInWords(1e-6)).toBe('0.01 MP')
    expect(megapixelsInWords(12.19)).toBe('12.2 MP')
  })

  it('says what a job is at as the engine says it', () => {
    const progress = { done: 0.2, label: 'Cleaning the page', remainingMs: null }
    expect(workInWords(aJob('1', { progress }), 'letter.png')).toBe('Cleaning the page · letter.png')
    expect(workInWords(aJob('1'), 'letter.png')).toBe('Restoring · letter.png')
    expect(workInWords(aJob('1', { kind: 'export' }), 'letter.png')).toBe('Saving · letter.png')
  })

  it('shortens what computes for the chip', () => {
    const choice = { name: 'tensorflow', passedOver: [] } as const
    expect(backendInWords({ ...choice, passedOver: [], device: 'TensorFlow 2.21 on the CPU (oneDNN)' })).toBe(
      'TensorFlow · CPU',
    )
    expect(
      backendInWords({ ...choice, passedOver: [], device: 'TensorFlow 2.21 on NVIDIA H100 (CUDA)' }),
    ).toBe('TensorFlow · NVIDIA H100')
    expect(backendInWords({ name: 'wasm', passedOver: [], device: '2 workers' })).toBe('WebAssembly')
  })

  it('says what a quality is that nobody chose', () => {
    const picture = (changes: Partial<PictureInfo>): Picture => {
      const { info, ...rest } = aPicture('a')
      return { ...rest, info: { ...info!, ...changes } }
    }
    const jpeg = picture({ format: 'jpeg', jpegQuality: 98 })
    const webp = picture({ format: 'webp' })
    expect(usualQualityInWords('jpeg', [jpeg, jpeg])).toBe('as the original, or better')
    expect(usualQualityInWords('jpeg', [jpeg, webp])).toBe('standard')
    expect(usualQualityInWords('webp', [jpeg, webp])).toBe('standard; lossless stays lossless')
    expect(usualQualityInWords('webp', [jpeg])).toBe('standard')
    expect(usualQualityInWords('avif', [jpeg])).toBe('standard')
  })
})

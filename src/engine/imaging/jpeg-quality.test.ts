import { expect, test } from 'vitest'
import { estimateJpegQuality } from './jpeg-quality.ts'
import { sharp } from './libvips.ts'

const picture = { create: { width: 32, height: 32, channels: 3 as const, background: '#806040' } }

test('the quality a JPEG was saved at is found exactly, grey or colour, for every setting', async () => {
  for (const quality of [1, 5, 10, 25, 49, 50, 51, 75, 80, 88, 90, 95, 98, 99, 100]) {
    const colour = await sharp(picture).jpeg({ quality }).toBuffer()
    expect(estimateJpegQuality(colour), `colour ${quality}`).toBe(quality)
    const grey = await sharp(picture).toColourspace('b-w').jpeg({ quality, progressive: true }).toBuffer()
    expect(estimateJpegQuality(grey), `grey ${quality}`).toBe(quality)
  }
})

test('a JPEG with tables of its own gets an estimate near what it looks like', async () => {
  const file = await sharp(picture).jpeg({ quality: 80, quantisationTable: 3 }).toBuffer()
  const quality = estimateJpegQuality(file)
  expect(quality).toBeGreaterThan(65)
  expect(quality).toBeLessThan(92)
})

test('bytes that are no JPEG, or end early, have no quality', async () => {
  expect(estimateJpegQuality(Buffer.from('hello'))).toBeNull()
  expect(estimateJpegQuality(Buffer.alloc(0))).toBeNull()
  const file = await sharp(picture).jpeg().toBuffer()
  for (let length = 0; length < file.length; length += 7) estimateJpegQuality(file.subarray(0, length))
})

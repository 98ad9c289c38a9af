import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { EngineInput } from '../../contract/engine-protocol.ts'
import { degrade } from '../degradations/index.ts'
import { decodePicture } from '../imaging/decode.ts'
import { sharp } from '../imaging/libvips.ts'
import { fromFloat, type Raster, toFloat } from '../imaging/raster.ts'
import { overWhite, toEightBits } from '../imaging/sample-layout.ts'
import { characterErrorRate } from '../lab/edit-distance.ts'
import { readLine } from '../lab/tesseract.ts'
import { drawTextLine } from '../lab/text-line.ts'
import { psnr } from '../metrics/psnr.ts'
import { random } from '../random.ts'
import type { JobHandler } from './job.ts'
import { runSteps } from './restoration.ts'

/** What restoring a noisy line of text does for those who read it, machines with it. */
export const prepareOcr: JobHandler<'prepareOcr'> = async ({ line, steps, folder }, context) => {
  await mkdir(folder, { recursive: true })
  const { clean, noisy } = await pictureOf(line)
  const { raster: cleaned } = await runSteps(noisy, steps, context)
  const write = async (name: string, raster: Raster) => {
    const { width, height, channels, samples } = toEightBits(raster)
    const file = path.join(folder, name)
    await sharp(samples as Uint8Array, { raw: { width, height, channels } })
      .png()
      .toFile(file)
    return file
  }
  if (clean) await write('clean.png', clean)
  const files = { noisy: await write('noisy.png', noisy), cleaned: await write('cleaned.png', cleaned) }
  const before = await readLine(files.noisy)
  const after = before === null ? null : await readLine(files.cleaned)
  const read = before === null || after === null ? null : { before, after }
  const { text } = line
  const decibels = (raster: Raster) => psnr(toFloat(raster), toFloat(clean!))
  return {
    ...files,
    psnr: clean && cleaned.channels === 3 ? { before: decibels(noisy), after: decibels(cleaned) } : null,
    read,
    characterErrorRate:
      read && text !== undefined
        ? { before: characterErrorRate(read.before, text), after: characterErrorRate(read.after, text) }
        : null,
    note: read
      ? null
      : 'Tesseract is not installed: no character error rate. `apt install tesseract-ocr`, or its installer, brings it.',
  }
}

/** `clean` where the line is drawn here. */
async function pictureOf(
  line: EngineInput<'prepareOcr'>['line'],
): Promise<{ clean: Raster | null; noisy: Raster }> {
  if (line.kind === 'file') return { clean: null, noisy: overWhite((await decodePicture(line.path)).raster) }
  const clean = await drawTextLine(line.text)
  const { width, height } = clean
  const patch = { width, height, channels: 3 as const, values: toFloat(clean) }
  const noise = { kind: 'gaussian-noise' as const, sigma: [line.sigma, line.sigma] as [number, number] }
  const { values } = await degrade(patch, [noise], random(line.seed))
  return { clean, noisy: fromFloat(values, width, height, 3, 8) }
}

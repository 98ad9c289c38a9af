/**
 * Draws the window's sample pictures: `node test/e2e/pictures/write-sample.ts` writes assets/sample.jpg, an old photo
 * (noise, faded colours, scratches), and assets/sample-page.jpg, a stained page.
 */
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { drawScene, type Rgb, withNoise } from './scene.ts'

const ASSETS = join(import.meta.dirname, '../../../assets')
const SEED = 5

const TEXT = [
  'Minutes of the boat club, Monday the 4th of May',
  'Present: the chairman, the treasurer, nine members, and',
  'the dog of the boathouse keeper, who was not counted.',
  '1. The red dinghy is to be painted again before June.',
  '2. Whoever left the lamp burning all of last Sunday may',
  'now say so; there was no answer. The oil is paid for by',
  'the club, and the window is to be cleaned.',
  '3. It was voted, seven to two, that the jetty be mended',
  'in oak and not in pine, at a cost of 41.60.',
  '4. The regatta is on the first dry Saturday in August.',
]

// Fine enough that weak noise stays white, as denoisers know it; coarser, and JPEG's own pattern is left over.
await writeJpeg(await oldPhoto(480, 320), 'sample.jpg', 98)
await writeJpeg(await stainedPage(600, 420), 'sample-page.jpg', 93)

/** The scene as a colour print of the seventies that lay in a drawer. */
async function oldPhoto(width: number, height: number): Promise<Rgb> {
  const { data } = await drawScene(width, height)
  const faded = await pixels(
    sharp(data, { raw: { width, height, channels: 3 } })
      .modulate({ saturation: 0.75 })
      .linear([0.72, 0.66, 0.6], [52, 48, 46]),
  )
  const noisy = withNoise(faded, 9, SEED)
  const scratched = sharp(noisy.data, { raw: { width, height, channels: 3 } })
  return pixels(scratched.composite([{ input: Buffer.from(scratches(width, height)) }]))
}

/** Bright lines, nearly upright, as a projector or a sleeve leaves them. */
function scratches(width: number, height: number): string {
  const lines = [
    'M70 0q5 90 -3 190',
    'M148 60q-9 120 6 260',
    'M262 0q4 60 -2 128',
    'M318 40l14 210',
    'M401 120q-12 90 4 200',
    'M440 0q2 70 -6 130',
    'M196 250l120 34',
    'M20 205l90 -26',
  ].map((d, i) => `<path d="${d}" stroke="#f3ead6" stroke-width="${1.2 + (i % 3) * 0.5}" fill="none"/>`)
  return `<svg width="${width}" height="${height}" viewBox="0 0 480 320">${lines.join('')}</svg>`
}

/** Typewritten lines under coffee, shadow and old paper. */
async function stainedPage(width: number, height: number): Promise<Rgb> {
  const lines = TEXT.map(
    (line, i) =>
      `<text x="44" y="${62 + 36 * i}" font-family="DejaVu Serif, serif" font-size="${i === 0 ? 19 : 17}" fill="#29241f">${line}</text>`,
  )
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 600 420">
  <defs>
    <linearGradient id="light" x2="1" y2="1"><stop offset="0" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#2a1d10" stop-opacity=".5"/></linearGradient>
    <radialGradient id="cup"><stop offset=".78" stop-color="#7a4a1e" stop-opacity=".12"/><stop offset=".9" stop-color="#6b3f18" stop-opacity=".62"/><stop offset="1" stop-color="#6b3f18" stop-opacity="0"/></radialGradient>
    <radialGradient id="spill"><stop offset="0" stop-color="#8a5a2a" stop-opacity=".5"/><stop offset=".85" stop-color="#7d5024" stop-opacity=".42"/><stop offset="1" stop-color="#7d5024" stop-opacity="0"/></radialGradient>
    <filter id="paper" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency=".02 .03" numOctaves="4" seed="9"/><feColorMatrix values="0 0 0 0 .35  0 0 0 0 .25  0 0 0 0 .12  0 1.1 0 0 -.42"/></filter>
  </defs>
  <rect width="600" height="420" fill="#eadfc6"/>
  <rect width="600" height="420" filter="url(#paper)"/>
  ${lines.join('')}
  <circle cx="455" cy="138" r="92" fill="url(#cup)"/><ellipse cx="150" cy="318" rx="120" ry="66" fill="url(#spill)"/>
  <path d="M0 214h600" stroke="#6b5536" stroke-width="2.400" opacity=".35"/>
  <rect width="600" height="420" fill="url(#light)"/>
</svg>`
  return withNoise(await pixels(sharp(Buffer.from(svg))), 4, SEED)
}

async function pixels(picture: Sharp): Promise<Rgb> {
  const { data, info } = await picture
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

async function writeJpeg({ data, width, height }: Rgb, name: string, quality: number): Promise<void> {
  await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:4:4', mozjpeg: true })
    .toFile(join(ASSETS, name))
}

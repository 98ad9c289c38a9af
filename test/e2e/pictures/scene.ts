/**
 * A drawn picture with what photos have and denoisers stumble over: smooth gradients, sharp edges, fine texture,
 * lettering, deep shadows. Nobody's photo, and known clean.
 */
import sharp from 'sharp'

/** 8-bit RGB, interleaved. */
export type Rgb = { data: Buffer; width: number; height: number }

export async function drawScene(width: number, height: number): Promise<Rgb> {
  const { data, info } = await sharp(Buffer.from(sceneSvg(width, height)))
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** With additive white Gaussian noise. @param sigma 8-bit units @param seed same seed, same noise */
export function withNoise(clean: Rgb, sigma: number, seed: number): Rgb {
  const normal = normalNumbers(seed)
  const data = Buffer.from(clean.data)
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.min(255, Math.max(0, Math.round(clean.data[i]! + sigma * normal())))
  }
  return { ...clean, data }
}

/** Peak signal-to-noise ratio of two pictures, dB. */
export function psnr(a: Rgb, b: Rgb): number {
  if (a.width !== b.width || a.height !== b.height) throw new Error('The pictures differ in size.')
  let sum = 0
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2
  return 10 * Math.log10(255 ** 2 / (sum / a.data.length))
}

/** Box-Muller over mulberry32. */
function normalNumbers(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** A lake at dusk: sky, ranges of mountains, a wooded shore, a boathouse with a lit window, its reflection. */
function sceneSvg(width: number, height: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 960 640" preserveAspectRatio="xMidYMid slice">
  <defs>
    <linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="#1d2f55"/><stop offset=".45" stop-color="#6b5d86"/><stop offset=".78" stop-color="#d98d74"/><stop offset="1" stop-color="#f6c987"/></linearGradient>
    <linearGradient id="lake" x2="0" y2="1"><stop offset="0" stop-color="#e0a57a"/><stop offset=".35" stop-color="#7b6a86"/><stop offset="1" stop-color="#1a2542"/></linearGradient>
    <linearGradient id="far" x2="0" y2="1"><stop offset="0" stop-color="#7d7196"/><stop offset="1" stop-color="#b78c92"/></linearGradient>
    <linearGradient id="near" x2="0" y2="1"><stop offset="0" stop-color="#3a3d61"/><stop offset="1" stop-color="#5a5374"/></linearGradient>
    <radialGradient id="sun"><stop offset="0" stop-color="#fff6d8"/><stop offset=".3" stop-color="#ffdf9e" stop-opacity=".9"/><stop offset="1" stop-color="#ffcf86" stop-opacity="0"/></radialGradient>
    <linearGradient id="glitter" x2="0" y2="1"><stop offset="0" stop-color="#ffeec2" stop-opacity=".85"/><stop offset="1" stop-color="#ffcf8a" stop-opacity="0"/></linearGradient>
    <radialGradient id="lamp"><stop offset="0" stop-color="#fff2c4"/><stop offset="1" stop-color="#f0a63c"/></radialGradient>
    <filter id="rock" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency=".03 .09" numOctaves="4" seed="7"/><feColorMatrix values="0 0 0 0 .07  0 0 0 0 .07  0 0 0 0 .14  1.4 0 0 0 -.5"/><feComposite in2="SourceGraphic" operator="in"/></filter>
    <filter id="grass" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency=".25 .05" numOctaves="3" seed="3"/><feColorMatrix values="0 0 0 0 .50  0 0 0 0 .52  0 0 0 0 .26  0 1.7 0 0 -.62"/><feComposite in2="SourceGraphic" operator="in"/></filter>
    <filter id="ripple" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency=".008 .16" numOctaves="3" seed="11"/><feColorMatrix values="0 0 0 0 1  0 0 0 0 .88  0 0 0 0 .74  0 0 1.3 0 -.52"/><feComposite in2="SourceGraphic" operator="in"/></filter>
  </defs>
  <rect width="960" height="420" fill="url(#sky)"/>
  ${stars()}
  <circle cx="640" cy="330" r="190" fill="url(#sun)"/><circle cx="640" cy="330" r="30" fill="#fff8e4"/>
  <path id="range" d="M0 360 80 300l70 36 90-96 84 80 70-42 110 70 88-58 96 62 84-50 90 56 98-40v130H0z" fill="url(#far)"/>
  <path d="M0 360 80 300l70 36 90-96 84 80 70-42 110 70 88-58 96 62 84-50 90 56 98-40v130H0z" filter="url(#rock)"/>
  <path d="m240 240 34 32-20 8-16 22-18-14-22 4zM80 300l26 13-14 12-30-10z" fill="#f2dfd2" opacity=".8"/>
  <path d="M0 392 120 330l98 54 120-44 92 50 130-34 90 40 140-52 170 58v40H0z" fill="url(#near)"/>
  <path d="M0 392 120 330l98 54 120-44 92 50 130-34 90 40 140-52 170 58v40H0z" filter="url(#rock)"/>
  ${trees()}
  <rect y="418" width="960" height="222" fill="url(#lake)"/>
  <path d="M608 418h64l34 150q-66 26-132 0z" fill="url(#glitter)"/>
  <rect y="418" width="960" height="222" filter="url(#ripple)"/>
  <path d="M0 640V520q150-34 260 6t210 34 150 80z" fill="#2c3327"/>
  <path d="M0 640V520q150-34 260 6t210 34 150 80z" filter="url(#grass)"/>
  ${boathouse()}
  ${boat()}
</svg>`
}

function stars(): string {
  return [...Array(46).keys()]
    .map((i) => {
      const x = (i * 197.3) % 960
      const y = (i * 83.7) % 190
      return `<circle cx="${x}" cy="${y}" r="${0.7 + (i % 3) * 0.5}" fill="#fff" opacity="${(0.9 - y / 260).toFixed(2)}"/>`
    })
    .join('')
}

function trees(): string {
  return [...Array(58).keys()]
    .map((i) => {
      const x = i * 17 + ((i * 37) % 11)
      const tall = 26 + ((i * 29) % 30)
      const foot = 424
      return `<path d="M${x} ${foot - tall}l6 ${tall * 0.4}h-3l6 ${tall * 0.3}h-3l5 ${tall * 0.3}H${x - 11}l5-${tall * 0.3}h-3l6-${tall * 0.3}h-3z" fill="#1b2230"/>`
    })
    .join('')
}

function boathouse(): string {
  const planks = [...Array(13).keys()]
    .map(
      (i) =>
        `<path d="M${118 + i * 14} 452v96" stroke="${i % 3 === 0 ? '#4a2f24' : '#6d4635'}" stroke-width="1.6"/>`,
    )
    .join('')
  // Rows of the roof, each inside its slope.
  const shingles = [...Array(5).keys()]
    .map((i) => {
      const y = 444 - i * 9
      const inset = (452 - y) * 0.68 + 4
      return `<path d="M${98 + inset} ${y}H${310 - inset}" stroke="#2d1e25" stroke-width="2" stroke-dasharray="9 3" stroke-dashoffset="${i * 5}"/>`
    })
    .join('')
  return `<rect x="110" y="450" width="186" height="98" fill="#84543c"/>${planks}
  <path d="M98 452 136 396h136l38 56z" fill="#493039"/>${shingles}
  <rect x="132" y="478" width="38" height="34" fill="url(#lamp)" stroke="#2c1b16" stroke-width="4"/>
  <path d="M151 478v34M132 495h38" stroke="#2c1b16" stroke-width="3"/>
  <rect x="238" y="476" width="38" height="72" fill="#2b1d1b"/><circle cx="269" cy="514" r="2.6" fill="#d9b25f"/>
  <rect x="178" y="462" width="54" height="20" rx="2" fill="#efe6d2"/>
  <text x="205" y="476.500" font-family="DejaVu Serif, serif" font-weight="bold" font-size="12.500" text-anchor="middle" fill="#33251d">BOATS</text>
  <text x="205" y="500" font-family="DejaVu Sans, sans-serif" font-size="6.500" text-anchor="middle" fill="#f1dcb6">open until dusk</text>`
}

function boat(): string {
  return `<g transform="translate(330 -40)"><path d="M424 586q62 26 124 0-20 22-62 22t-62-22z" fill="#101a33" opacity=".45"/>
  <path d="M420 556q64 20 132 0l-14 26q-52 14-104 0z" fill="#b23c30"/><path d="M420 556q64 20 132 0l-3 6q-62 19-126 0z" fill="#f0e4d0"/>
  <path d="M486 562V470" stroke="#3a2a20" stroke-width="4"/><path d="M490 474v78h58z" fill="#f3efe6"/><path d="M482 482v70h-40z" fill="#dcd5c8"/>
  <path d="M430 590q56 14 112 2" stroke="#f4d7b0" stroke-width="2" fill="none" opacity=".6"/></g>`
}

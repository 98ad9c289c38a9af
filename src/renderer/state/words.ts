/** Numbers with their meaning in words, as the window says them. */
import type { Job } from '../../contract/api.ts'
import type { BackendChoice, BackendName, BackendReport } from '../../contract/backend.ts'
import type { Noise, OutputFormat, Picture, PictureInfo } from '../../contract/picture.ts'
import { FORMAT_TITLES } from '../../contract/picture-files.ts'

/** What is seen before anything is restored: the finest noise. */
export function noiseInWords(noise: Noise): string {
  return isNoisy(noise) ? `Noise found: ${levelInWords(noise)}` : 'Hardly any fine noise'
}

/** What a denoiser took away. */
export function removedInWords(noise: Noise): string {
  return noise.sigma < 1 ? 'Hardly any noise was there' : `Noise removed: ${levelInWords(noise)}`
}

function levelInWords({ shadows, highlights, sigma }: Noise): string {
  const where =
    shadows > 1.35 * highlights
      ? ', mostly in the shadows'
      : highlights > 1.35 * shadows
        ? ', mostly in the highlights'
        : ''
  return `σ ≈ ${Math.round(sigma)}${where}`
}

export function isNoisy(noise: Noise | null | undefined): boolean {
  return noise != null && noise.sigma >= 2
}

/** Said of a JPEG that was compressed so strongly that it shows; '' of others. */
export function jpegAdvice(info: PictureInfo): string {
  if (info.jpegQuality === null || !isBlocky(info)) return ''
  return `Saved at quality about ${Math.round(info.jpegQuality)}: repairing it helps.`
}

/** A JPEG whose compression shows. */
export function isBlocky(info: PictureInfo | null | undefined): boolean {
  return info?.jpegQuality != null && info.jpegQuality < VISIBLE_BELOW
}

/** JPEG quality at which blocks are seen at 100 %. */
const VISIBLE_BELOW = 75

/** "EXIF, profile and 16 bit kept"; '' when there is nothing of that. */
export function keptInWords(info: PictureInfo): string {
  const kept = [
    info.hasExif && 'EXIF',
    info.hasProfile && 'profile',
    info.depth === 16 && '16 bit',
    info.hasAlpha && 'transparency',
  ].filter((part) => part !== false)
  return kept.length === 0 ? '' : `${inWords(kept)} kept`
}

/** ['a', 'b', 'c'] → 'a, b and c' */
export function inWords(parts: string[]): string {
  if (parts.length < 2) return parts.join('')
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

export function megapixels(pictures: Picture[]): number {
  return pictures.reduce((sum, { info }) => sum + (info ? (info.width * info.height) / 1e6 : 0), 0)
}

export function megapixelsInWords(value: number): string {
  return value < 0.095 ? `${Math.max(0.01, value).toFixed(2)} MP` : `${value.toFixed(value < 100 ? 1 : 0)} MP`
}

/** @param seconds rounded so that it can be believed: 14 s, 2 min, 1 h 20 min */
export function durationInWords(seconds: number): string {
  if (seconds < 1) return 'under 1 s'
  if (seconds < 99.5) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const rest = minutes % 60
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`
}

/** Of what has not begun: "about 14 s". */
export function estimateInWords(seconds: number): string {
  return seconds < 1 ? durationInWords(seconds) : `about ${durationInWords(seconds)}`
}

/** "Cleaning the page · letter.png": what a running job is at. */
export function workInWords({ kind, progress }: Job, name: string): string {
  return `${progress?.label ?? (kind === 'export' ? 'Saving' : 'Restoring')} · ${name}`
}

export function percent(share: number): string {
  return `${Math.floor(100 * share)} %`
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

export const BACKEND_TITLES: Record<BackendName, string> = {
  tensorflow: 'TensorFlow',
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  cpu: 'Plain JavaScript',
}

/** Short enough for the chip: "TensorFlow · CPU", "WebGPU · NVIDIA RTX A2000". */
export function backendInWords({ name, device }: BackendChoice): string {
  if (name === 'cpu' || name === 'wasm') return BACKEND_TITLES[name]
  const short = /\bcpu\b/i.test(device)
    ? 'CPU'
    : device.replace(/^.*\bon (the )?/i, '').replace(/\s*\(.*\)$/, '')
  return short === '' ? BACKEND_TITLES[name] : `${BACKEND_TITLES[name]} · ${short}`
}

/** What a quality that nobody chose is. */
export function usualQualityInWords(format: OutputFormat, pictures: Picture[]): string {
  const jpegs = pictures.every(({ info }) => info?.jpegQuality != null)
  if (format === 'jpeg' && jpegs) return 'as the original, or better'
  const webp = pictures.some(({ info }) => info?.format === 'webp')
  return format === 'webp' && webp ? 'standard; lossless stays lossless' : 'standard'
}

/** "4032 × 3024 px · TIFF, 16 bit, grey · 73 MB" */
export function factsOf(info: PictureInfo): string {
  const format = info.format.toUpperCase()
  const quality = info.jpegQuality === null ? '' : `, quality about ${Math.round(info.jpegQuality)}`
  const kind = [
    format + quality,
    `${info.depth} bit`,
    info.channels === 1 && 'grey',
    info.hasAlpha && 'transparent',
  ]
  return [
    `${info.width} × ${info.height} px`,
    kind.filter((part) => part !== false).join(', '),
    bytesInWords(info.bytes),
  ].join(' · ')
}

export function bytesInWords(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}

/** What `format` can't hold of a picture, before it is saved so; '' if it holds everything. */
export function lossesInWords(info: PictureInfo, format: OutputFormat): string {
  const lost = [
    info.depth === 16 && (format === 'jpeg' || format === 'webp') && '16 bit (becomes 8)',
    info.depth === 16 && format === 'avif' && '16 bit (becomes 12)',
    info.hasAlpha && format === 'jpeg' && 'transparency (laid over white)',
  ].filter((part) => part !== false)
  return lost.length === 0 ? '' : `${FORMAT_TITLES[format]} can't hold ${inWords(lost)}.`
}

export function gigaflopsInWords(gigaflops: number): string {
  return `${gigaflops < 1 ? gigaflops.toPrecision(2) : gigaflops.toFixed(gigaflops < 10 ? 1 : 0)} GFLOP/s`
}

/** What the doctor measured of a backend: ["127 GFLOP/s", "training 80 GFLOP/s", "25 GB of memory"]. */
export function measuredInWords({ gigaflops, trainingGigaflops, memory }: BackendReport): string[] {
  const words = [
    gigaflops !== null && gigaflopsInWords(gigaflops),
    trainingGigaflops !== undefined && `training ${gigaflopsInWords(trainingGigaflops)}`,
    memory !== undefined && `${(memory / 1e9).toFixed(memory < 9.5e9 ? 1 : 0)} GB of memory`,
  ]
  return words.filter((part) => part !== false)
}

/** The doctor's findings as text, to paste into a question or a bug report. */
import type { Output } from '../../contract/api.ts'
import { BACKEND_TITLES, gigaflopsInWords } from './words.ts'

export function doctorReport({ version, platform, backends, chosen }: Output<'doctor'>): string {
  const lines = backends.map(({ name, usable, device, problem, remedy, gigaflops, note }) => {
    const use = chosen?.name === name ? ' (in use)' : ''
    const speed = gigaflops === null ? '' : `, ${gigaflopsInWords(gigaflops)}`
    const state = usable ? `works: ${device}${speed}` : `does not work: ${problem ?? 'no reason given'}`
    return [
      `${BACKEND_TITLES[name]}${use}: ${state}`,
      ...(remedy ? [`  ${remedy}`] : []),
      ...(note ? [`  ${note}`] : []),
    ].join('\n')
  })
  return [`Limpid ${version} on ${platform}`, ...lines, ''].join('\n')
}

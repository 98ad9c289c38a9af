/** The doctor's findings as text, to paste into a question or a bug report: without the user's name, which paths hold. */
import type { Output } from '../../contract/api.ts'
import { BACKEND_TITLES, measuredInWords } from './words.ts'

export function doctorReport({ version, platform, backends, chosen }: Output<'doctor'>): string {
  const lines = backends.map((backend) => {
    const { name, usable, device, driver, problem, remedy, note } = backend
    const use = chosen?.name === name ? ' (in use)' : ''
    const facts = [device, driver, ...measuredInWords(backend)].filter(Boolean).join(', ')
    const state = usable ? `works: ${facts}` : `does not work: ${problem ?? 'no reason given'}`
    return [
      `${BACKEND_TITLES[name]}${use}: ${state}`,
      ...(remedy ? [`  ${remedy}`] : []),
      ...(note ? [`  ${note}`] : []),
    ].join('\n')
  })
  return redacted([`Limpid ${version} on ${platform}`, ...lines, ''].join('\n'))
}

/** /home/ann/limpid, /Users/ann/limpid, C:\Users\ann\limpid → ~/limpid, ~\limpid */
function redacted(text: string): string {
  return text.replaceAll(/(?:\/home|\/Users|[A-Za-z]:\\Users)[/\\][^/\\\s:'"]+/g, '~')
}

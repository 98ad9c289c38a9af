import type { Bridge } from '../../contract/bridge.ts'
import { browserHost } from './browser.ts'
import { electronHost } from './electron.ts'
import type { Host } from './host.ts'

/** The face that this window runs in. */
export function thisHost(): Host {
  const { limpid } = window as Window & { limpid?: Bridge }
  return limpid ? electronHost(limpid) : browserHost()
}

/** What the chip says of the backend that computes, beside the one that was chosen. */
import type { BackendChoice, BackendName } from '../../contract/backend.ts'
import { BACKEND_TITLES, backendInWords } from '../state/words.ts'

/**
 * 'good': the best that there is; 'chosen': the one that was; 'fallback': a better one was passed over; 'waiting': for
 * the best; 'not-yet': the chosen one starts, or can't: a window knows no more.
 */
export type Light = 'good' | 'chosen' | 'fallback' | 'waiting' | 'not-yet'

/** @param chosen when Limpid was started, or else in the settings; null: the best that works */
export function computing(
  backend: BackendChoice | null,
  chosen: BackendName | null,
): { light: Light; label: string } {
  if (chosen !== null && chosen !== backend?.name) {
    return { light: 'not-yet', label: `${BACKEND_TITLES[chosen]} · not running yet` }
  }
  if (backend === null) return { light: 'waiting', label: 'Starting…' }
  const label = backendInWords(backend)
  if (chosen !== null) return { light: 'chosen', label }
  return { light: backend.passedOver.length > 0 ? 'fallback' : 'good', label }
}

/** Dark, light, or as the system has it. Remembered, so that a window opens in its colours at once. */
import type { Settings } from '../../contract/api.ts'
import { recall, remember } from '../state/remembered.ts'

type Theme = Settings['theme']

const THEME = 'theme'
const systemIsLight = (): MediaQueryList => window.matchMedia('(prefers-color-scheme: light)')

export function lastTheme(): Theme {
  return recall<Theme>(THEME, 'dark')
}

export function applyTheme(theme: Theme): void {
  const light = theme === 'light' || (theme === 'system' && systemIsLight().matches)
  document.documentElement.dataset.theme = light ? 'light' : 'dark'
  remember(THEME, theme)
}

/** Applies `theme` and, if it is the system's, every change of that. Returns how to stop. */
export function followTheme(theme: Theme): () => void {
  applyTheme(theme)
  const query = systemIsLight()
  const change = (): void => applyTheme(theme)
  if (theme === 'system') query.addEventListener('change', change)
  return () => query.removeEventListener('change', change)
}

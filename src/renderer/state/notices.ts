/** How the window tells a person something that passes: toasts, in the tests a list. */
import type { ErrorData } from '../../contract/errors.ts'
import { count } from './words.ts'

/** Toasts for one action; the rest is counted, and some of it named. */
const ERRORS_SHOWN = 3
const ERRORS_NAMED = 5

export type Notices = {
  error(error: ErrorData): void
  warn(title: string, more?: NoticeDetail): void
  done(title: string, more?: NoticeDetail): void
}

export type NoticeDetail = {
  description?: string
  action?: { label: string; run(): void }
}

/** What went wrong with some of several files: not a toast for each. */
export function tellErrors(errors: ErrorData[], undone: 'opened' | 'saved', notices: Notices): void {
  for (const error of errors.slice(0, ERRORS_SHOWN)) notices.error(error)
  const rest = errors.slice(ERRORS_SHOWN)
  if (rest.length === 0) return
  notices.warn(`${count(rest.length, 'more file')} could not be ${undone}`, {
    description: rest
      .slice(0, ERRORS_NAMED)
      .map(({ message }) => message)
      .join('\n'),
  })
}

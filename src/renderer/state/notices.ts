/** How the window tells a person something that passes: toasts, in the tests a list. */
import type { ErrorData } from '../../contract/errors.ts'

export type Notices = {
  error(error: ErrorData): void
  warn(title: string, more?: NoticeDetail): void
  done(title: string, more?: NoticeDetail): void
}

export type NoticeDetail = {
  description?: string
  action?: { label: string; run(): void }
}

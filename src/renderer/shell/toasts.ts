/** Notices as toasts. */
import { toast } from 'svelte-sonner'
import type { NoticeDetail, Notices } from '../state/notices.ts'

/** Long enough to read what happened and what to do, ms. */
const ERROR_MS = 12_000
const NOTICE_MS = 7000

export const toasts: Notices = {
  error(error) {
    // The same message again replaces its toast.
    toast.error(error.message, { id: error.message, description: error.hint, duration: ERROR_MS })
  },
  warn: (title, more) => void toast.warning(title, { ...options(more), duration: ERROR_MS }),
  done: (title, more) => void toast.success(title, options(more)),
}

function options({ description, action }: NoticeDetail = {}) {
  return {
    description,
    duration: NOTICE_MS,
    ...(action ? { action: { label: action.label, onClick: () => action.run() } } : {}),
  }
}

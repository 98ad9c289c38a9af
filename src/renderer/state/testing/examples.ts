/** What the tests of the window's state share: plain pictures and jobs, and notices that are listened to. */
import type { Job } from '../../../contract/api.ts'
import type { Picture } from '../../../contract/picture.ts'
import type { NoticeDetail, Notices } from '../notices.ts'

export function aPicture(name: string, changes: Partial<Picture> = {}): Picture {
  return {
    id: name,
    name,
    path: `/photos/${name}`,
    uploaded: false,
    state: 'ready',
    error: null,
    info: {
      width: 4000,
      height: 3000,
      format: 'png',
      depth: 8,
      channels: 3,
      hasAlpha: false,
      hasProfile: false,
      hasExif: false,
      bytes: 1e6,
      jpegQuality: null,
      notes: [],
    },
    noise: null,
    thumbnail: null,
    view: null,
    result: null,
    ...changes,
  }
}

export function aResult(
  changes: Partial<NonNullable<Picture['result']>> = {},
): NonNullable<Picture['result']> {
  return {
    steps: [{ task: 'denoise', model: 'denoise-fast', strength: 1 }],
    view: 'view',
    seconds: 12,
    backend: 'tensorflow',
    savedTo: null,
    ...changes,
  }
}

export function aJob(id: string, changes: Partial<Job> = {}): Job {
  return {
    id,
    kind: 'restore',
    pictureId: 'p',
    state: 'queued',
    progress: null,
    error: null,
    saved: null,
    ...changes,
  }
}

/** Notices, written down. */
export function heard() {
  const errors: string[] = []
  const warnings: string[] = []
  const done: { title: string; more: NoticeDetail | undefined }[] = []
  const notices: Notices = {
    error: ({ message }) => void errors.push(message),
    warn: (title) => void warnings.push(title),
    done: (title, more) => void done.push({ title, more }),
  }
  return { ...notices, errors, warnings, told: done }
}

/** What a picture's thumbnail says about it, in a word. */
import type { Job } from '../../contract/api.ts'
import type { ErrorData } from '../../contract/errors.ts'
import type { Picture } from '../../contract/picture.ts'
import { percent } from './words.ts'

export type Badge = { label: string; detail: string; tone: 'plain' | 'busy' | 'good' | 'bad' }

/**
 * @param job its newest restore job
 * @param done of that job as shown in the footer, 0..1
 * @param problem what is wrong with it
 */
export function badgeOf(picture: Picture, job: Job | null, done: number, problem: ErrorData | null): Badge {
  if (picture.state === 'reading') return { label: 'reading', detail: '', tone: 'plain' }
  if (job?.state === 'running') return { label: percent(done), detail: '', tone: 'busy' }
  if (job?.state === 'queued') return { label: 'waiting', detail: '', tone: 'plain' }
  if (problem) {
    const detail = [problem.message, problem.hint].filter((part) => part !== undefined).join('\n')
    return { label: 'error', detail, tone: 'bad' }
  }
  if (picture.result?.savedTo) return { label: 'saved', detail: picture.result.savedTo, tone: 'good' }
  if (picture.result) return { label: 'done', detail: '', tone: 'good' }
  return { label: '', detail: '', tone: 'plain' }
}

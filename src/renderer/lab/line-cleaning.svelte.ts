/** A line of text that is made ready for OCR: which one, by what, and what came of it. */
import type { Output } from '../../contract/api.ts'
import type { ChosenLine } from './choose-line.ts'
import type { Lab } from './lab.svelte.ts'

export type LineTask = 'denoise' | 'document-clean'

export class LineCleaning {
  text = $state('The quick brown fox jumps over the lazy dog 0123456789')
  sigma = $state(90)
  /** Instead of a line that is drawn. */
  picture = $state.raw<ChosenLine | null>(null)
  /** What the picture says; '': not known. */
  truth = $state('')
  task = $state<LineTask>('denoise')
  working = $state(false)
  made = $state.raw<Output<'prepareLabText'> | null>(null)
  readonly #lab: Pick<Lab, 'api' | 'attempt'>

  constructor(lab: Pick<Lab, 'api' | 'attempt'>) {
    this.#lab = lab
  }

  readonly ready = $derived(!this.working && (this.picture !== null || this.text.trim() !== ''))

  async prepare(): Promise<void> {
    if (!this.ready) return
    this.working = true
    const { picture, truth, text, sigma, task } = this
    const line = picture
      ? { kind: 'file' as const, path: picture.path, ...(truth.trim() !== '' && { text: truth }) }
      : { kind: 'text' as const, text, sigma, seed: 1 }
    await this.#lab.attempt(async () => {
      this.made = await this.#lab.api.prepareLabText({ line, task })
    })
    this.working = false
  }
}

/** The Denoise step: its controls, what pressing the button would do, and doing it. */
import type { AppApi } from '../../contract/api.ts'
import type { Picture } from '../../contract/picture.ts'
import type { Library } from './library.svelte.ts'
import { recall, remember } from './remembered.ts'
import { secondsPerMegapixel } from './speed.ts'
import { megapixels } from './words.ts'

const STRENGTHS = 'strengths'

export class Denoise {
  enabled = $state(true)
  /** As chosen; null: the first there is. */
  #model = $state<string | null>(null)
  /** 0..1, of pictures whose strength was moved. */
  #strengths = $state<Record<string, number>>(recall(STRENGTHS, {}))
  readonly #library: Library

  constructor(library: Library) {
    this.#library = library
  }

  get model(): string | null {
    const models = this.#library.models.filter(({ task }) => task === 'denoise')
    return (models.find(({ id }) => id === this.#model) ?? models[0])?.id ?? null
  }

  set model(id: string | null) {
    this.#model = id
  }

  /** 0..1. Blends the result with the original, in the window at once and in the saved file alike. */
  strength(pictureId: string): number {
    return this.#strengths[pictureId] ?? this.#library.settings.strength
  }

  setStrength(pictureIds: string[], strength: number): void {
    for (const id of pictureIds) this.#strengths[id] = strength
    const known = Object.entries(this.#strengths).filter(([id]) => this.#library.pictures.has(id))
    remember(STRENGTHS, Object.fromEntries(known))
  }

  /** Those of `pictures` that pressing the button would queue. */
  todo(pictures: Picture[]): Picture[] {
    if (!this.enabled || this.model === null) return []
    return pictures.filter(
      (picture) => picture.state === 'ready' && !this.isDone(picture) && !this.isUnderWay(picture),
    )
  }

  /** It has a result of the chosen model. */
  isDone(picture: Picture): boolean {
    return picture.result?.steps.some((step) => step.task === 'denoise' && step.model === this.model) ?? false
  }

  isUnderWay(picture: Picture): boolean {
    const state = this.#library.job(picture.id, 'restore')?.state
    return state === 'queued' || state === 'running'
  }

  /** Seconds for `pictures`, by what was measured here before; null: nothing was. */
  estimate(pictures: Picture[]): number | null {
    const { backend } = this.#library
    if (this.model === null || backend === null) return null
    const pace = secondsPerMegapixel(this.#library.pictures.values(), this.model, backend.name)
    return pace === null ? null : pace * megapixels(pictures)
  }

  /** Computed at full strength: strength is a matter of showing and saving. */
  async run(api: AppApi, pictures: Picture[]): Promise<void> {
    const ids = this.todo(pictures).map(({ id }) => id)
    if (ids.length === 0 || this.model === null) return
    await api.restore({ ids, steps: [{ task: 'denoise', model: this.model, strength: 1 }] })
  }
}

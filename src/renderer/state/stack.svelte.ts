/** The steps of every picture: each a stack of its own, what pressing the button would do with it, and doing it. */
import { z } from 'zod'
import type { AppApi } from '../../contract/api.ts'
import { oldPhotoSteps } from '../../contract/old-photo.ts'
import type { Picture } from '../../contract/picture.ts'
import { type Step, stepSchema } from '../../contract/step.ts'
import type { Library } from './library.svelte.ts'
import { withModel } from './model-choice.ts'
import { recall, remember, remembered } from './remembered.ts'
import { secondsPerMegapixel } from './speed.ts'
import { canBeFiner, STEP_KINDS, STEP_ORDER } from './step-kinds.ts'
import { isBlocky, isNoisy, megapixels } from './words.ts'

type Task = Step['task']
const itemSchema = z.object({ on: z.boolean(), step: stepSchema })
export type StackItem = z.infer<typeof itemSchema>
const stacksSchema = z.record(z.string(), z.array(itemSchema))

const KEY = 'stacks'

export class Stack {
  /** Of pictures whose steps were changed. */
  #stacks = $state.raw<Record<string, StackItem[]>>(recalled())
  /** As they were last kept or read here: else another tab has kept them since. */
  #kept = remembered(KEY)
  readonly #library: Library

  constructor(library: Library) {
    this.#library = library
  }

  /**
   * Every step once, in the order in which they run. A picture just opened is denoised, as strongly as the settings say
   * until it is restored; a JPEG that shows its compression is repaired, and denoised only if it is noisy too.
   */
  items(pictureId: string | null): StackItem[] {
    const own = pictureId === null ? undefined : this.#stacks[pictureId]
    return complete(own ?? this.#fresh(pictureId))
  }

  item<T extends Task>(pictureId: string | null, task: T): { on: boolean; step: Extract<Step, { task: T }> } {
    return this.items(pictureId).find(({ step }) => step.task === task) as never
  }

  /** What would run on it: switched on, with a model. */
  active(pictureId: string): Step[] {
    return this.items(pictureId)
      .filter(({ on }) => on)
      .map(({ step }) => this.usable(step))
      .filter((step) => step !== null)
  }

  /** With its model named; null: there is none yet. */
  usable<S extends Step>(step: S): S | null {
    return withModel(this.#library.models, step) as S | null
  }

  toggle(pictureIds: string[], task: Task, on: boolean): void {
    this.#change(pictureIds, (items) =>
      items.map((item) => (item.step.task === task ? { ...item, on } : item)),
    )
  }

  /** Changes what a step is told. */
  tell<T extends Task>(pictureIds: string[], task: T, change: Partial<Extract<Step, { task: T }>>): void {
    this.#change(pictureIds, (items) =>
      items.map(({ on, step }) =>
        step.task === task ? { on, step: { ...step, ...change } as Step } : { on, step },
      ),
    )
  }

  /** Earlier (-1) or later (1). Enlarging stays last: what comes after it would cost as many times more. */
  move(pictureIds: string[], task: Task, by: -1 | 1): void {
    this.#change(pictureIds, (items) => {
      const from = items.findIndex(({ step }) => step.task === task)
      if (!canMove(items, task, by)) return items
      const moved = [...items]
      ;[moved[from], moved[from + by]] = [moved[from + by]!, moved[from]!]
      return moved
    })
  }

  /** Slow, finer: of the steps that can be. */
  isFiner(pictureId: string | null): boolean {
    return this.items(pictureId).some(({ step }) => canBeFiner(step) && step.ensemble === true)
  }

  setFiner(pictureIds: string[], finer: boolean): void {
    this.#change(pictureIds, (items) =>
      items.map(({ on, step }) => ({ on, step: canBeFiner(step) ? { ...step, ensemble: finer } : step })),
    )
  }

  /** Puts the preset's steps into the stacks, switched on; all else is off. */
  oldPhoto(pictureIds: string[]): void {
    const steps = oldPhotoSteps()
    this.#change(pictureIds, () => complete(steps.map((step) => ({ on: true, step }))))
  }

  /** That step alone is on. */
  only(pictureIds: string[], task: Task): void {
    this.#change(pictureIds, (items) => items.map(({ step }) => ({ on: step.task === task, step })))
  }

  /** As they were when it was opened. */
  reset(pictureIds: string[]): void {
    this.#change(pictureIds, (_items, id) => this.#fresh(id))
  }

  /** They are those that it was opened with. */
  isFresh(pictureId: string): boolean {
    const [items, fresh] = [this.items(pictureId), this.#fresh(pictureId)]
    return items.every(({ on, step }, i) => on === fresh[i]!.on && same([step], [fresh[i]!.step]))
  }

  /** What makes the steps of these pictures as they are now, whatever they become. */
  keep(pictureIds: string[]): () => void {
    const kept = new Map(pictureIds.map((id) => [id, this.items(id)]))
    return () => this.#change(pictureIds, (items, id) => kept.get(id) ?? items)
  }

  /** Every picture gets the steps of this one. A painted mask is of one picture alone: others look for scratches. */
  copyToAll(pictureId: string): void {
    const others = [...this.#library.pictures.keys()].filter((id) => id !== pictureId)
    const copied = this.items(pictureId).map(
      ({ on, step }): StackItem => ({
        on,
        step: step.task === 'inpaint' ? { ...step, mask: { kind: 'scratches' } } : step,
      }),
    )
    this.#change(others, () => copied)
  }

  /** 0..1, by which its result is laid over the original: that of a single step; several have theirs in them already. */
  strength(pictureId: string): number {
    const made = this.#library.pictures.get(pictureId)?.result?.steps
    const [only] = made ?? this.active(pictureId)
    if (!only || (made && made.length > 1)) return 1
    return this.item(pictureId, only.task).step.strength
  }

  /** Something is switched on, so that there is a result to be shown and saved. */
  isOn(pictureId: string): boolean {
    return this.active(pictureId).length > 0
  }

  /** Those of `pictures` that pressing the button would queue. */
  todo(pictures: Picture[]): Picture[] {
    return pictures.filter(
      (picture) =>
        picture.state === 'ready' &&
        this.isOn(picture.id) &&
        !this.isDone(picture) &&
        !this.isUnderWay(picture),
    )
  }

  /** Its result is that of its steps. */
  isDone(picture: Picture): boolean {
    return picture.result !== null && same(picture.result.steps, computed(this.active(picture.id)))
  }

  isUnderWay(picture: Picture): boolean {
    const state = this.#library.job(picture.id, 'restore')?.state
    return state === 'queued' || state === 'running'
  }

  /** Seconds for `pictures`, by what was measured here before; null: not all of it was. */
  estimate(pictures: Picture[]): number | null {
    const { backend } = this.#library
    if (backend === null) return null
    let seconds = 0
    for (const picture of pictures) {
      const steps = computed(this.active(picture.id))
      const pace = secondsPerMegapixel(
        this.#library.pictures.values(),
        (made) => sameWork(made, steps),
        backend.name,
      )
      if (pace === null) return null
      seconds += pace * megapixels([picture])
    }
    return seconds
  }

  async run(api: AppApi, pictures: Picture[]): Promise<void> {
    const groups = new Map<string, { ids: string[]; steps: Step[] }>()
    const todo = this.todo(pictures).map(({ id }) => id)
    // From now on its steps are its own, whatever the settings become.
    this.#change(todo, (items) => items)
    for (const id of todo) {
      const steps = computed(this.active(id))
      const group = groups.get(written(steps)) ?? { ids: [], steps }
      group.ids.push(id)
      groups.set(written(steps), group)
    }
    for (const group of groups.values()) await api.restore(group)
  }

  #fresh(pictureId: string | null): StackItem[] {
    const { settings, pictures } = this.#library
    const picture = pictureId === null ? undefined : pictures.get(pictureId)
    const repairs = isBlocky(picture?.info) && this.usable(STEP_KINDS['jpeg-repair'].fresh) !== null
    const denoises = !repairs || isNoisy(picture?.noise)
    return STEP_ORDER.map((task) => {
      const { fresh } = STEP_KINDS[task]
      if (task === 'denoise') return { on: denoises, step: { ...fresh, strength: settings.strength } }
      return { on: task === 'jpeg-repair' && repairs, step: fresh }
    })
  }

  #change(pictureIds: string[], change: (items: StackItem[], pictureId: string) => StackItem[]): void {
    if (remembered(KEY) !== this.#kept) this.#stacks = { ...this.#stacks, ...recalled() }
    const changed = pictureIds.map((id) => [id, change(this.items(id), id)] as const)
    const known = Object.entries(this.#stacks).filter(([id]) => this.#library.pictures.has(id))
    this.#stacks = { ...Object.fromEntries(known), ...Object.fromEntries(changed) }
    remember(KEY, this.#stacks)
    this.#kept = remembered(KEY)
  }
}

/** Whether a step can change places with its neighbour. */
export function canMove(items: StackItem[], task: Task, by: -1 | 1): boolean {
  const from = items.findIndex(({ step }) => step.task === task)
  const neighbour = items[from + by]
  return task !== 'upscale' && neighbour !== undefined && neighbour.step.task !== 'upscale'
}

/** With the steps that are not in it, off, each where it belongs: before the first that it goes before. */
function complete(items: StackItem[]): StackItem[] {
  const all = [...items]
  for (const task of STEP_ORDER) {
    if (all.some(({ step }) => step.task === task)) continue
    const later = STEP_ORDER.slice(STEP_ORDER.indexOf(task) + 1)
    const before = all.findIndex(({ step }) => later.includes(step.task))
    all.splice(before < 0 ? all.length : before, 0, { on: false, step: STEP_KINDS[task].fresh })
  }
  return all
}

/** As they are computed: a single one at full strength, for strength is then a matter of showing and saving. */
function computed(steps: Step[]): Step[] {
  return steps.length === 1 ? steps.map((step) => ({ ...step, strength: 1 })) : steps
}

function same(a: Step[], b: Step[]): boolean {
  return written(a) === written(b)
}

/** They take as long: strengths apart. */
function sameWork(a: Step[], b: Step[]): boolean {
  const plain = (steps: Step[]): Step[] => steps.map((step) => ({ ...step, strength: 1 }))
  return same(plain(a), plain(b))
}

/** The same text for the same steps, whatever the order of their fields. */
function written(steps: Step[]): string {
  const fields = steps.map((step) =>
    Object.entries(step)
      .filter(([, value]) => value !== undefined && value !== false)
      .sort(([a], [b]) => a.localeCompare(b)),
  )
  return JSON.stringify(fields)
}

function recalled(): Record<string, StackItem[]> {
  return stacksSchema.safeParse(recall(KEY, {})).data ?? {}
}

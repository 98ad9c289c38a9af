/**
 * Pictures are restored by their steps, and what is painted over them counts: strokes become the mask of the step that
 * fills in, and go where something else is chosen in their place.
 */
import type { AppApi } from '../../contract/api.ts'
import type { Picture } from '../../contract/picture.ts'
import { paintedMaskName } from '../../contract/step.ts'
import type { Host } from '../host/host.ts'
import type { Library } from './library.svelte.ts'
import type { Notices } from './notices.ts'
import { drawMask, type Painting } from './painting.svelte.ts'
import type { Selection } from './selection.svelte.ts'
import type { Stack } from './stack.svelte.ts'

type Ports = {
  library: Library
  selection: Selection
  stack: Stack
  painting: Painting
  host: Pick<Host, 'handOver'>
  notices: Pick<Notices, 'done'>
  api: () => AppApi
  /** Does it; what goes wrong becomes a notice. */
  attempt: (action: () => Promise<unknown>) => Promise<void>
}

export class Restoring {
  readonly #ports: Ports
  /** Pictures that will be queued once their masks are handed over: a second press must not queue them twice. */
  readonly #asked = new Set<string>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Those that restoring would queue: also those that were painted over since they were restored. */
  todo(pictures: readonly Picture[]): Picture[] {
    return pictures.filter((picture) => this.#isTodo(picture))
  }

  /** What was painted over them is used first, as if "Use this mask" had been pressed. */
  async restore(pictures: readonly Picture[]): Promise<void> {
    const { library, stack, painting, api, attempt } = this.#ports
    const todo = this.todo(pictures).filter(({ id }) => !this.#asked.has(id))
    for (const { id } of todo) this.#asked.add(id)
    await attempt(async () => {
      for (const picture of todo) {
        if (!library.pictures.has(picture.id)) continue
        if (this.#isFilledAnew(picture)) await this.#takeMask(picture)
        else if (painting.pictureId === picture.id) this.#seeResult(picture)
      }
      // Handing masks over takes a while: as the pictures are now, those that are still there.
      const now = todo.map(({ id }) => library.pictures.get(id)).filter((picture) => picture !== undefined)
      await stack.run(api(), now)
    })
    for (const { id } of todo) this.#asked.delete(id)
  }

  /** What was painted over a picture is what its step fills in. */
  async takeMask(): Promise<void> {
    const { library, painting, attempt } = this.#ports
    const picture = library.pictures.get(painting.pictureId ?? '')
    if (picture) await attempt(() => this.#takeMask(picture))
  }

  /** Scratches of the chosen ones are filled in, whatever was painted over them. */
  findScratches(): void {
    const { selection, stack } = this.#ports
    const { ids } = selection
    const change = () => stack.tell(ids, 'inpaint', { mask: { kind: 'scratches' } })
    this.#replace('Scratches are looked for', ids, change)
  }

  oldPhoto(): void {
    const { selection, stack } = this.#ports
    const { ids } = selection
    this.#replace('Steps of an old photo', ids, () => stack.oldPhoto(ids))
  }

  resetSteps(): void {
    const { selection, stack } = this.#ports
    const { ids } = selection
    this.#replace('Steps reset', ids, () => stack.reset(ids))
  }

  /** The steps of the shown one, in all: others' painted masks go, and so must strokes that would put them back. */
  copyToAll(): void {
    const { library, selection, stack } = this.#ports
    const { current } = selection
    if (current === null) return
    const others = [...library.pictures.values()].filter(({ id }) => id !== current)
    const masked = others.filter((picture) => this.#mask(picture) !== null)
    const ids = others.map(({ id }) => id)
    const change = () => stack.copyToAll(current)
    this.#replace(
      'Steps copied to all pictures',
      ids,
      change,
      masked.map(({ id }) => id),
    )
  }

  /**
   * Changes the steps of these pictures, and gives up what was painted over those `paintedOver`. Offers to undo it where it
   * cost steps that were chosen by hand, or strokes that were not used yet.
   */
  #replace(title: string, ids: string[], change: () => void, paintedOver = ids): void {
    const { stack, painting, notices } = this.#ports
    const isOwn = ids.some((id) => !stack.isFresh(id))
    const isPainted = paintedOver.some((id) => painting.isNew(id, this.#mask({ id })))
    const [steps, strokes] = [stack.keep(ids), painting.keep(paintedOver)]
    change()
    painting.giveUp(paintedOver)
    if (!isOwn && !isPainted) return
    const run = () => {
      steps()
      strokes()
    }
    const description = isPainted ? 'What was painted and not used yet is gone.' : undefined
    notices.done(title, { description, action: { label: 'Undo', run } })
  }

  async #takeMask({ id, info }: Picture): Promise<void> {
    if (!info) return
    const { stack, painting, host } = this.#ports
    const strokes = painting.strokes(id)
    const mask = await drawMask(strokes, info)
    const path = await host.handOver(new File([mask], paintedMaskName(id), { type: 'image/png' }))
    stack.tell([id], 'inpaint', { mask: { kind: 'file', path } })
    painting.used(id, strokes, path)
  }

  #isTodo(picture: Picture): boolean {
    const { stack } = this.#ports
    if (stack.todo([picture]).length > 0) return true
    if (picture.state !== 'ready' || stack.isUnderWay(picture)) return false
    return this.#isFilledAnew(picture)
  }

  /** What was painted over it since is to be filled in. */
  #isFilledAnew(picture: Picture): boolean {
    return this.#fillsIn(picture) && this.#ports.painting.isNew(picture.id, this.#mask(picture))
  }

  #fillsIn({ id }: Picture): boolean {
    return this.#ports.stack.active(id).some(({ task }) => task === 'inpaint')
  }

  /** The path of the painted one that its step has. */
  #mask({ id }: Pick<Picture, 'id'>): string | null {
    const { mask } = this.#ports.stack.item(id, 'inpaint').step
    return mask.kind === 'file' ? mask.path : null
  }

  /** Painting on it ends. Strokes that no step asked for are kept for when one does. */
  #seeResult(picture: Picture): void {
    const { painting } = this.#ports
    if (this.#fillsIn(picture)) painting.cancel()
    else painting.putAside()
  }
}

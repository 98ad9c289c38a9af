/** Which picture is shown and which ones are chosen together, in the way of file managers: click, Shift, Ctrl. */
import { SvelteSet } from 'svelte/reactivity'

export class Selection {
  /** The picture that is shown. */
  current = $state<string | null>(null)
  readonly #chosen = new SvelteSet<string>()
  /** Where a Shift-range begins. */
  #anchor: string | null = null
  readonly #order: () => string[]

  /** @param order the ids on the strip, from top to bottom */
  constructor(order: () => string[]) {
    this.#order = order
  }

  /** Chosen ids, from top to bottom. */
  get ids(): string[] {
    return this.#order().filter((id) => this.#chosen.has(id))
  }

  has(id: string): boolean {
    return this.#chosen.has(id)
  }

  only(id: string | null): void {
    this.current = id
    this.#anchor = id
    this.#choose(id === null ? [] : [id])
  }

  click(id: string, keys: { shift: boolean; toggle: boolean }): void {
    if (keys.shift) this.#range(id)
    else if (keys.toggle) this.toggle(id)
    else this.only(id)
  }

  /** In or out of the chosen ones. The last one stays. */
  toggle(id: string): void {
    if (!this.#chosen.has(id)) {
      this.#chosen.add(id)
      this.current = id
      this.#anchor = id
    } else if (this.#chosen.size > 1) {
      this.#chosen.delete(id)
      if (this.current === id) this.current = this.ids[0] ?? null
    }
  }

  /** To the neighbour `by` places down (negative: up); with Shift the range grows or shrinks. */
  move(by: number, keys: { shift: boolean }): void {
    const order = this.#order()
    if (order.length === 0) return
    const from = this.current === null ? -1 : order.indexOf(this.current)
    const to = order[Math.min(order.length - 1, Math.max(0, from + by))]
    if (to !== undefined) this.click(to, { shift: keys.shift, toggle: false })
  }

  all(): void {
    this.#choose(this.#order())
    this.current ??= this.ids[0] ?? null
  }

  /** Before `gone` leave the strip: shows the neighbour of the one shown, if that goes. */
  leave(gone: string[]): void {
    for (const id of gone) this.#chosen.delete(id)
    if (this.current !== null && gone.includes(this.current)) {
      const order = this.#order()
      const at = order.indexOf(this.current)
      const stays = (id: string): boolean => !gone.includes(id)
      this.current = order.slice(at).find(stays) ?? order.slice(0, Math.max(at, 0)).findLast(stays) ?? null
      this.#anchor = this.current
    }
    if (this.current !== null && this.#chosen.size === 0) this.#chosen.add(this.current)
  }

  #range(id: string): void {
    const order = this.#order()
    const from = Math.max(0, order.indexOf(this.#anchor ?? id))
    const to = order.indexOf(id)
    this.current = id
    this.#choose(order.slice(Math.min(from, to), Math.max(from, to) + 1))
  }

  #choose(ids: string[]): void {
    const wanted = new Set(ids)
    for (const id of this.#chosen) if (!wanted.has(id)) this.#chosen.delete(id)
    for (const id of wanted) this.#chosen.add(id)
  }
}

/** Which pixels of which class were taken for which: counted over all pictures, then turned to figures. */
import { VOID } from './labelled-pictures.ts'

export type ClassFigures = { name: string; iou: number; f1: number; precision: number; recall: number }

export class Confusion {
  readonly #names: readonly string[]
  /** [truth, found] */
  readonly #counts: Float64Array

  constructor(names: readonly string[]) {
    this.#names = names
    this.#counts = new Float64Array(names.length ** 2)
  }

  /** Labels of one picture; void ones, and those outside of `inside` (where there is one), count for nothing. */
  add(truth: Uint8Array, found: Uint8Array, inside: Uint8Array | null = null): void {
    if (truth.length !== found.length)
      throw new RangeError(`${truth.length} and ${found.length} labels do not compare`)
    const classes = this.#names.length
    for (let i = 0; i < truth.length; i++) {
      if (truth[i] === VOID || inside?.[i] === 0) continue
      this.#counts[truth[i] * classes + found[i]]++
    }
  }

  /** 0..1. Of a class that is neither there nor found: NaN. */
  of(which: number): ClassFigures {
    const classes = this.#names.length
    const hit = this.#counts[which * classes + which]
    let there = 0
    let found = 0
    for (let i = 0; i < classes; i++) {
      there += this.#counts[which * classes + i]
      found += this.#counts[i * classes + which]
    }
    return {
      name: this.#names[which],
      iou: hit / (there + found - hit),
      f1: (2 * hit) / (there + found),
      precision: hit / found,
      recall: hit / there,
    }
  }

  each(): ClassFigures[] {
    return this.#names.map((_, i) => this.of(i))
  }

  /** Over the classes that are there or were found. */
  meanIou(): number {
    const known = this.each()
      .map(({ iou }) => iou)
      .filter((iou) => !Number.isNaN(iou))
    return known.reduce((sum, iou) => sum + iou, 0) / Math.max(1, known.length)
  }

  /** Share of pixels whose class was found. */
  accuracy(): number {
    const classes = this.#names.length
    const all = this.#counts.reduce((sum, count) => sum + count, 0)
    const hits = this.#counts.filter((_, i) => i % (classes + 1) === 0).reduce((sum, count) => sum + count, 0)
    return hits / Math.max(1, all)
  }
}

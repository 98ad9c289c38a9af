/** How before and after are held against each other, and the zoom and pan that both share. */
import { cubicOut } from 'svelte/easing'
import { Tween } from 'svelte/motion'
import { fitScale, type Size, Viewport } from './viewport.svelte.ts'

export const COMPARE_MODES = ['split', 'beside', 'hold'] as const
export type CompareMode = (typeof COMPARE_MODES)[number]

const MIDDLE = 0.5
const REVEAL_MS = 900

export class Compare {
  readonly viewport = new Viewport()
  mode = $state<CompareMode>('split')
  /** The original is shown alone, for as long as a key or a button is held. */
  held = $state(false)
  /** Where the picture is noisy is laid over it. */
  noiseMap = $state(false)
  readonly #split = new Tween(MIDDLE, { duration: 0, easing: cubicOut })

  /** Where the split is in the visible part of the picture, 0 (left edge) .. 1. */
  get split(): number {
    return this.#split.current
  }

  set split(share: number) {
    void this.#split.set(Math.min(1, Math.max(0, share)), { duration: 0 })
  }

  /** A result has just come: the split sweeps over it once. */
  reveal(): void {
    this.split = 1
    void this.#split.set(MIDDLE, { duration: REVEAL_MS })
  }
}

/** Panes side by side, or one above the other where the picture is shown much larger so. */
export function besideLayout(stage: Size, picture: Size): 'columns' | 'rows' {
  const columns = fitScale({ width: stage.width / 2, height: stage.height }, picture)
  const rows = fitScale({ width: stage.width, height: stage.height / 2 }, picture)
  return rows > 1.3 * columns ? 'rows' : 'columns'
}

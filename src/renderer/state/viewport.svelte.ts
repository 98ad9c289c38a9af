/** Zoom and pan: one transform that every layer of a picture shares. */

export type Size = { width: number; height: number }
export type Point = { x: number; y: number }

/** CSS px kept free around a fitted picture; below it floats the toolbar. */
const MARGIN = { left: 28, right: 28, top: 24, bottom: 76 }
const MAX_ZOOM = 32

export class Viewport {
  /** Of one pane, CSS px. */
  stage = $state.raw<Size>({ width: 0, height: 0 })
  /** Of the picture, px. */
  picture = $state.raw<Size>({ width: 1, height: 1 })
  /** Device px in a CSS px: at 100 % a pixel of the picture is a pixel of the screen. */
  pixelRatio = $state(1)
  /** What zooming and panning asked for; null: fit. */
  #asked = $state.raw<{ scale: number; x: number; y: number } | null>(null)

  /** CSS px for a px of the picture when it fits. */
  readonly fitScale = $derived(Math.min(fitScale(this.stage, this.picture), MAX_ZOOM / this.pixelRatio))
  /** CSS px for a px of the picture, and where in the pane its corner is. */
  readonly transform = $derived(this.#settled(this.#asked ?? { scale: this.fitScale, x: 0, y: 0 }))
  /** 1: 100 % */
  readonly zoom = $derived(this.transform.scale * this.pixelRatio)
  /** The part of the pane that the picture covers, CSS px. */
  readonly visible = $derived(this.#visible())

  get fitted(): boolean {
    return this.#asked === null
  }

  fit(): void {
    this.#asked = null
  }

  /** A new picture: stays where it is if the size is the same, so that a series can be compared; else fits. */
  show(picture: Size): void {
    const same = picture.width === this.picture.width && picture.height === this.picture.height
    this.picture = { width: picture.width, height: picture.height }
    if (!same) this.fit()
  }

  /** The same picture with more or fewer px: what is seen stays where it is. */
  resample(picture: Size): void {
    const shrunk = this.picture.width / picture.width
    this.picture = { width: picture.width, height: picture.height }
    if (this.#asked) this.#asked = { ...this.#asked, scale: this.#asked.scale * shrunk }
  }

  /** The middle of the pane stays the middle. */
  resize(stage: Size): void {
    const { width, height } = this.stage
    this.stage = stage
    if (!this.#asked || width === 0) return
    const { scale, x, y } = this.#asked
    this.#asked = { scale, x: x + (stage.width - width) / 2, y: y + (stage.height - height) / 2 }
  }

  /** @param zoom 1: 100 % @param at stays under the pointer; absent: the middle */
  zoomTo(zoom: number, at: Point = this.#middle()): void {
    const { scale, x, y } = this.transform
    const smallest = Math.min(this.fitScale, 1 / this.pixelRatio)
    const next = Math.min(MAX_ZOOM / this.pixelRatio, Math.max(smallest, zoom / this.pixelRatio))
    const grown = next / scale
    this.#asked = this.#settled({ scale: next, x: at.x - (at.x - x) * grown, y: at.y - (at.y - y) * grown })
  }

  zoomBy(factor: number, at?: Point): void {
    this.zoomTo(this.zoom * factor, at)
  }

  panBy(dx: number, dy: number): void {
    const { scale, x, y } = this.transform
    this.#asked = this.#settled({ scale, x: x + dx, y: y + dy })
  }

  #middle(): Point {
    const room = free(this.stage)
    return { x: MARGIN.left + room.width / 2, y: MARGIN.top + room.height / 2 }
  }

  /** In the middle along a side that fits; else so that no edge comes further in than the margin. */
  #settled({ scale, x, y }: { scale: number; x: number; y: number }): {
    scale: number
    x: number
    y: number
  } {
    const room = free(this.stage)
    return {
      scale,
      x: settle(x, this.picture.width * scale, room.width, MARGIN.left),
      y: settle(y, this.picture.height * scale, room.height, MARGIN.top),
    }
  }

  #visible(): { left: number; top: number; right: number; bottom: number } {
    const { scale, x, y } = this.transform
    return {
      left: Math.max(0, x),
      top: Math.max(0, y),
      right: Math.min(this.stage.width, x + this.picture.width * scale),
      bottom: Math.min(this.stage.height, y + this.picture.height * scale),
    }
  }
}

/** CSS px for a px of the picture when all of it is seen. */
export function fitScale(stage: Size, picture: Size): number {
  const { width, height } = free(stage)
  return Math.max(1e-4, Math.min(width / picture.width, height / picture.height))
}

function free(stage: Size): Size {
  return {
    width: Math.max(1, stage.width - MARGIN.left - MARGIN.right),
    height: Math.max(1, stage.height - MARGIN.top - MARGIN.bottom),
  }
}

function settle(start: number, length: number, free: number, margin: number): number {
  if (length <= free) return margin + (free - length) / 2
  return Math.min(margin, Math.max(margin + free - length, start))
}

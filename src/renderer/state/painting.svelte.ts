/** Painting over a picture what is to be filled in: strokes with a round brush, which become a mask of the picture's size. */
import type { Picture } from '../../contract/picture.ts'
import type { Point, Size } from './viewport.svelte.ts'

/** Points and width in px of the original. */
type Stroke = { points: Point[]; width: number }

export class Painting {
  /** Of which strokes are being painted; null: none. */
  pictureId = $state<string | null>(null)
  /** Diameter, px of the original. */
  brush = $state(24)
  #strokes = $state.raw<Record<string, Stroke[]>>({})

  strokes(pictureId: string): Stroke[] {
    return this.#strokes[pictureId] ?? []
  }

  begin({ id, info }: Picture): void {
    this.pictureId = id
    // About as wide as a scratch is, in small pictures and in large ones.
    if (this.strokes(id).length === 0 && info) {
      this.brush = Math.max(4, Math.round(Math.max(info.width, info.height) / 80))
    }
  }

  end(): void {
    this.pictureId = null
  }

  /** A stroke begins where the brush is put down. */
  down(at: Point): void {
    this.#change((strokes) => [...strokes, { points: [at], width: this.brush }])
  }

  to(at: Point): void {
    this.#change((strokes) => {
      const last = strokes.at(-1)
      return last ? [...strokes.slice(0, -1), { ...last, points: [...last.points, at] }] : strokes
    })
  }

  undo(): void {
    this.#change((strokes) => strokes.slice(0, -1))
  }

  clear(): void {
    this.#change(() => [])
  }

  #change(change: (strokes: Stroke[]) => Stroke[]): void {
    const id = this.pictureId
    if (id !== null) this.#strokes = { ...this.#strokes, [id]: change(this.strokes(id)) }
  }
}

/** As the `d` of an SVG path: a dot is a line of no length, which round ends make round. */
export function pathOf({ points: [first, ...rest] }: Stroke): string {
  if (!first) return ''
  const lines = rest.length === 0 ? [first] : rest
  return `M${first.x} ${first.y}${lines.map(({ x, y }) => `L${x} ${y}`).join('')}`
}

/** A PNG of that size, white where strokes are and black elsewhere. */
export async function drawMask(strokes: Stroke[], { width, height }: Size): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('The browser gave no canvas to draw the mask on.')
  context.fillStyle = 'black'
  context.fillRect(0, 0, width, height)
  context.strokeStyle = 'white'
  context.lineCap = 'round'
  context.lineJoin = 'round'
  for (const stroke of strokes) {
    context.lineWidth = stroke.width
    context.stroke(new Path2D(pathOf(stroke)))
  }
  return canvas.convertToBlob({ type: 'image/png' })
}

/** Painting over a picture what is to be filled in: strokes with a round brush, which become a mask of the picture's size. */
import { z } from 'zod'
import type { Picture } from '../../contract/picture.ts'
import type { Library } from './library.svelte.ts'
import { recall, remember } from './remembered.ts'
import type { Point, Size } from './viewport.svelte.ts'

const pointSchema = z.object({ x: z.number(), y: z.number() })
/** Points and width in px of the original. */
const strokeSchema = z.object({ points: z.array(pointSchema), width: z.number() })
type Stroke = z.infer<typeof strokeSchema>

/** By picture: the strokes of which its mask was last made, and the file that they became. */
const masksSchema = z.record(z.string(), z.object({ path: z.string(), strokes: z.array(strokeSchema) }))
const KEY = 'masks'

export class Painting {
  /** Of which strokes are being painted; null: none. */
  pictureId = $state<string | null>(null)
  /** Diameter, px of the original. */
  brush = $state(24)
  /** The picture has a mask whose strokes are not known: what is painted now takes its place. */
  replaces = $state(false)
  /** By picture: of the one that is painted on, and of those that were left for another. */
  #drafts = $state.raw<Record<string, Stroke[]>>({})
  #masks = masksSchema.safeParse(recall(KEY, {})).data ?? {}
  readonly #library: Library

  constructor(library: Library) {
    this.#library = library
  }

  strokes(pictureId: string): Stroke[] {
    return this.#drafts[pictureId] ?? []
  }

  /** Goes on from the last mask. @param mask the path of the one in use; null: none is */
  begin({ id, info }: Picture, mask: string | null): void {
    const known = this.#masks[id]
    this.replaces = mask !== null && known?.path !== mask
    const from = this.#drafts[id] ?? (this.replaces ? [] : known?.strokes) ?? []
    this.#drafts = { ...this.#drafts, [id]: from }
    this.pictureId = id
    // About as wide as a scratch is, in small pictures and in large ones.
    if (from.length === 0 && info) {
      this.brush = Math.max(4, Math.round(Math.max(info.width, info.height) / 80))
    }
  }

  /** The strokes are as they were before. */
  cancel(): void {
    if (this.pictureId !== null) this.#end(this.pictureId)
  }

  /** A mask was made of these strokes, and is in use. */
  used(pictureId: string, strokes: Stroke[], path: string): void {
    const others = Object.entries(this.#masks).filter(([id]) => this.#library.pictures.has(id))
    this.#masks = { ...Object.fromEntries(others), [pictureId]: { path, strokes } }
    remember(KEY, this.#masks)
    this.#end(pictureId)
  }

  #end(pictureId: string): void {
    const { [pictureId]: _, ...others } = this.#drafts
    this.#drafts = others
    if (this.pictureId === pictureId) this.pictureId = null
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
    if (id !== null) this.#drafts = { ...this.#drafts, [id]: change(this.strokes(id)) }
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
    // A canvas draws no line of no length, as a dot is.
    context.stroke(new Path2D(`${pathOf(stroke)}l.01 0`))
  }
  return canvas.convertToBlob({ type: 'image/png' })
}

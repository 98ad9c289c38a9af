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

/** `cleared`: what each Clear took away, to be had again once what was painted since is undone. */
type Draft = { strokes: Stroke[]; cleared: Stroke[][] }
const NOTHING: Draft = { strokes: [], cleared: [] }

export class Painting {
  /** Of which strokes are being painted; null: none. */
  pictureId = $state<string | null>(null)
  /** Diameter, px of the original. */
  brush = $state(24)
  /** The picture has a mask whose strokes are not known: what is painted now takes its place. */
  replaces = $state(false)
  /** By picture: of the one that is painted on, and of those that were left for another. */
  #drafts = $state.raw<Record<string, Draft>>({})
  #masks = masksSchema.safeParse(recall(KEY, {})).data ?? {}
  readonly #library: Library

  constructor(library: Library) {
    this.#library = library
  }

  strokes(pictureId: string): Stroke[] {
    return this.#draft(pictureId).strokes
  }

  /** There are strokes, and they are not those of the mask in use. @param mask its path; null: none is */
  isNew(pictureId: string, mask: string | null): boolean {
    const strokes = this.strokes(pictureId)
    const known = this.#masks[pictureId]
    const used = known !== undefined && known.path === mask ? known.strokes : []
    return strokes.length > 0 && !isSame(strokes, used)
  }

  canUndo(pictureId: string): boolean {
    const { strokes, cleared } = this.#draft(pictureId)
    return strokes.length > 0 || cleared.length > 0
  }

  /** Goes on from the last mask. @param mask the path of the one in use; null: none is */
  begin({ id, info }: Picture, mask: string | null): void {
    const known = this.#masks[id]
    this.replaces = mask !== null && known?.path !== mask
    const strokes = (this.replaces ? [] : known?.strokes) ?? []
    const from = this.#drafts[id] ?? { ...NOTHING, strokes }
    this.#drafts = { ...this.#drafts, [id]: from }
    this.pictureId = id
    // About as wide as a scratch is, in small pictures and in large ones.
    if (from.strokes.length === 0 && info) {
      this.brush = Math.max(4, Math.round(Math.max(info.width, info.height) / 80))
    }
  }

  /** The strokes are as they were before. */
  cancel(): void {
    if (this.pictureId !== null) this.#end(this.pictureId)
  }

  /** What puts the strokes on these pictures back as they are now, to be gone on with. */
  keep(pictureIds: string[]): () => void {
    const kept = Object.entries(this.#drafts).filter(([id]) => pictureIds.includes(id))
    return () => {
      this.#drafts = { ...this.#drafts, ...Object.fromEntries(kept) }
    }
  }

  /** Something else was chosen for these pictures than what is painted: their strokes are as they were before. */
  giveUp(pictureIds: string[]): void {
    for (const id of pictureIds) this.#end(id)
  }

  /** Nothing is painted on any more; the strokes wait until they are gone on with. */
  putAside(): void {
    this.pictureId = null
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

  /** Takes back the last stroke, or a Clear after which there is none. */
  undo(): void {
    this.#changeDraft(({ strokes, cleared }) =>
      strokes.length > 0
        ? { strokes: strokes.slice(0, -1), cleared }
        : { strokes: cleared.at(-1) ?? [], cleared: cleared.slice(0, -1) },
    )
  }

  clear(): void {
    this.#changeDraft((draft) =>
      draft.strokes.length > 0 ? { strokes: [], cleared: [...draft.cleared, draft.strokes] } : draft,
    )
  }

  #draft(pictureId: string): Draft {
    return this.#drafts[pictureId] ?? NOTHING
  }

  #change(change: (strokes: Stroke[]) => Stroke[]): void {
    this.#changeDraft((draft) => ({ ...draft, strokes: change(draft.strokes) }))
  }

  #changeDraft(change: (draft: Draft) => Draft): void {
    const id = this.pictureId
    if (id !== null) this.#drafts = { ...this.#drafts, [id]: change(this.#draft(id)) }
  }
}

function isSame(a: Stroke[], b: Stroke[]): boolean {
  return a.length === b.length && a.every((stroke, i) => stroke === b[i])
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

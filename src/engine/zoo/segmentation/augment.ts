/**
 * One training example: a view of a labelled picture, turned, scaled, lit and cut as the recipe's augmentation says.
 * Geometry is one affine map, so that a pixel is interpolated once; a label is never between two classes.
 */
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'
import { reflect } from '../../imaging/raster.ts'
import type { Random } from '../../random.ts'
import type { LabelledPicture } from './labelled-pictures.ts'

export type Augmentation = NonNullable<SegmentationRecipe['data']['augmentation']>

/** What is written: `values` [height, width, channels], 0..1, and `labels` [height, width]. */
export type Example = {
  width: number
  height: number
  /** Of the network's input: 3, or 1 for luma. */
  channels: number
  values: Float32Array
  labels: Uint8Array
}

export function drawExample(
  picture: LabelledPicture,
  augmentation: Augmentation,
  random: Random,
  out: Example,
): void {
  const view = drawView(picture, augmentation, random, out)
  const tone = drawTone(augmentation, random)
  const { width, height, channels } = out
  const rgb = [0, 0, 0]
  for (let y = 0; y < height; y++) {
    const v = y - (height - 1) / 2
    for (let x = 0; x < width; x++) {
      const u = x - (width - 1) / 2
      const fromX = view.x + view.xu * u + view.xv * v
      const fromY = view.y + view.yu * u + view.yv * v
      const at = y * width + x
      sample(picture, fromX, fromY, rgb)
      for (let c = 0; c < 3; c++) rgb[c] = clip(tone.gain[c] * (rgb[c] - 0.5) + 0.5 + tone.offset)
      if (channels === 3) out.values.set(rgb, 3 * at)
      else out.values[at] = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] // luma of ITU-R BT.601
      const column = reflect(Math.round(fromX), picture.width)
      out.labels[at] = picture.labels[reflect(Math.round(fromY), picture.height) * picture.width + column]
    }
  }
}

/** The affine map from (u, v) about the example's centre to the picture: (x + xu·u + xv·v, y + yu·u + yv·v), px. */
type View = { x: number; y: number; xu: number; xv: number; yu: number; yv: number }

function drawView(
  picture: LabelledPicture,
  { mirror, turn, rotation = 0, scale = [1, 1] }: Augmentation,
  random: Random,
  { width, height }: Example,
): View {
  const zoom = Math.exp(random.between(Math.log(scale[0]), Math.log(scale[1])))
  const angle = (random.between(-rotation, rotation) * Math.PI) / 180
  const flipX = (mirror || turn) && random.below(2) === 1 ? -1 : 1
  const flipY = turn && random.below(2) === 1 ? -1 : 1
  const transpose = turn && random.below(2) === 1
  const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom]
  const linear = transpose
    ? { xu: -sin * flipY, xv: cos * flipX, yu: cos * flipY, yv: sin * flipX }
    : { xu: cos * flipX, xv: -sin * flipY, yu: sin * flipX, yv: cos * flipY }
  // Anywhere in the picture where the view fits; in the middle where it is larger.
  const place = (size: number, side: number) => {
    const room = Math.max(0, size - side)
    const low = (size - 1 - room) / 2
    return rotation === 0 && zoom === 1
      ? low + Math.floor(random.between(0, room + 1))
      : low + random.between(0, room)
  }
  const spanX = transpose ? height / zoom : width / zoom
  const spanY = transpose ? width / zoom : height / zoom
  return { x: place(picture.width, spanX), y: place(picture.height, spanY), ...linear }
}

function drawTone({ light = 0, colour = 0 }: Augmentation, random: Random) {
  const contrast = 1 + random.between(-light, light)
  const offset = random.between(-light, light) / 2
  const gain = [0, 1, 2].map(() => contrast * (1 + random.between(-colour, colour)))
  return { gain, offset }
}

/** Bilinear, mirrored over the edges; RGB, 0..1. */
function sample({ samples, width, height }: LabelledPicture, x: number, y: number, rgb: number[]): void {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [right, down] = [x - left, y - top]
  const [column, next] = [3 * reflect(left, width), 3 * reflect(left + 1, width)]
  const [row, below] = [3 * width * reflect(top, height), 3 * width * reflect(top + 1, height)]
  for (let c = 0; c < 3; c++) {
    const above = samples[row + column + c] * (1 - right) + samples[row + next + c] * right
    const under = samples[below + column + c] * (1 - right) + samples[below + next + c] * right
    rgb[c] = (above * (1 - down) + under * down) / 255
  }
}

const clip = (value: number) => Math.max(0, Math.min(1, value))

/** A network's layers as boxes: as tall as the picture is there, as wide as it has channels. */
import type { NetworkLayer } from '../../contract/lab-jobs.ts'

export type Box = {
  name: string
  family: Family
  x: number
  y: number
  width: number
  height: number
  /** [height, width, channels] as "28 × 28 × 1". */
  shape: string
  parameters: number
}
type Family = 'picture' | 'convolution' | 'pooling' | 'upsampling' | 'dense' | 'joining'

export type Drawing = {
  boxes: Box[] /** SVG paths of skip connections. */
  skips: string[]
  width: number
  height: number
}

const FAMILIES: Record<string, Family> = {
  InputLayer: 'picture',
  Conv2D: 'convolution',
  DepthwiseConv2D: 'convolution',
  Conv2DTranspose: 'upsampling',
  UpSampling2D: 'upsampling',
  MaxUnpool: 'upsampling',
  MaxPooling2D: 'pooling',
  AveragePooling2D: 'pooling',
  MaxPoolWithIndices: 'pooling',
  Dense: 'dense',
  Concatenate: 'joining',
  Add: 'joining',
}

const GAP = 4
/** Above the boxes, for the skips' arcs. */
const ARCS = 16

/** Layers that change nothing in shape (activations, norms, dropout, reshaping) are not drawn. */
export function drawNetwork(layers: readonly NetworkLayer[], height = 96): Drawing {
  const byName = new Map(layers.map((layer) => [layer.name, layer]))
  const drawn = layers.filter(({ kind }) => kind in FAMILIES)
  const tallest = Math.max(1, ...drawn.map(tallness))
  const room = height - ARCS
  let x = 0
  const boxes = drawn.map((layer): Box => {
    const tall = Math.max(5, (room * tallness(layer)) / tallest)
    const wide = layer.shape.length === 1 ? 6 : 4 + 2.2 * Math.log2(1 + layer.shape.at(-1)!)
    const box = {
      name: layer.name,
      family: FAMILIES[layer.kind]!,
      x,
      y: ARCS + (room - tall) / 2,
      width: wide,
      height: tall,
      shape: layer.shape.join(' × '),
      parameters: layer.parameters,
    }
    x += wide + GAP
    return box
  })
  const boxOf = new Map(boxes.map((box) => [box.name, box]))
  /** The nearest layer before `name` (itself with it) that is drawn. */
  const drawnAt = (name: string): Box | undefined => {
    let layer = byName.get(name)
    while (layer && !boxOf.has(layer.name)) layer = byName.get(layer.inputs[0] ?? '')
    return layer && boxOf.get(layer.name)
  }
  const skips = drawn.flatMap((layer) => {
    const to = boxOf.get(layer.name)!
    return layer.inputs.flatMap((input) => {
      const from = drawnAt(input)
      const isSkip = from && boxes.indexOf(to) - boxes.indexOf(from) > 1
      return isSkip ? [arc(from, to)] : []
    })
  })
  return { boxes, skips, width: Math.max(1, x - GAP), height }
}

/** Sides grow by their logarithm: 28 px beside 512 px are both seen. */
function tallness({ shape }: NetworkLayer): number {
  return shape.length === 1 ? Math.log2(1 + shape[0]!) : Math.log2(1 + shape[0]!) * 1.4
}

function arc(from: Box, to: Box): string {
  const [x1, x2] = [from.x + from.width / 2, to.x + to.width / 2]
  const top = Math.min(from.y, to.y) - Math.min(ARCS - 2, 4 + (x2 - x1) / 24)
  return `M ${x1} ${from.y} C ${x1} ${top}, ${x2} ${top}, ${x2} ${to.y}`
}

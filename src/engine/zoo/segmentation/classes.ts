/** The classes that a network of a recipe tells apart: their names, their colours, and how it says them. */
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'

export type Colour = readonly [number, number, number]

type Told = Pick<SegmentationRecipe, 'data' | 'loss'>

/** By label. Of masks: the rest, the subject. */
export function classNames({ data }: Told): string[] {
  return data.kind === 'labels' ? data.classes : ['background', data.subject ?? 'subject']
}

/** Red, green and blue of each class, 0..255. */
export function classColours({ data }: Told): Colour[] {
  if (data.kind === 'masks') return [BLACK, WHITE]
  return data.classes.map((_, i) => data.colours?.[i] ?? hue(i))
}

/** Channels of the network's output: one for a mask, three for a colour picture, else one a class. */
export function outputChannels({ data, loss }: Told): number {
  if (data.kind === 'masks') return 1
  return loss.kind === 'mse' ? 3 : data.classes.length
}

const BLACK: Colour = [0, 0, 0]
const WHITE: Colour = [255, 255, 255]

/** Hues that the golden angle keeps apart, however many there are. */
function hue(i: number): Colour {
  const h = (i * 137.508) % 360
  const level = i % 2 === 0 ? 1 : 0.7
  const channel = (shift: number) => {
    const k = (shift + h / 60) % 6
    return Math.round(255 * level * (1 - 0.75 * Math.max(0, Math.min(1, k, 4 - k))))
  }
  return [channel(5), channel(3), channel(1)]
}

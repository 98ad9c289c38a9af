/** A trained network at work: what is where in a whole picture of any size. */
import type { SegmentationRecipe } from '../../../contract/segmentation-recipe.ts'
import { architecture } from '../../architectures/index.ts'
import { type Raster, readWindow } from '../../imaging/raster.ts'
import { tf } from '../../tf.ts'
import { planTiles, roomyTile, runTiled, type Sink, type Source } from '../../tiling.ts'
import { classColours, outputChannels } from './classes.ts'
import { resizeSamples } from './fit.ts'
import { logitsOf } from './logits.ts'

/** Called before every tile with the share of the work done, 0..1; may throw to cancel. */
export type Between = (done: number) => Promise<void> | void

/** [height, width, channels] of a network's output at the picture's own size: probabilities, logits or colours. */
type Map = { width: number; height: number; channels: number; values: Float32Array }

/** Of a picture [height, width, 3], 8-bit. */
export type Picture = { width: number; height: number; samples: Uint8Array }

/** Largest tile, px: some 600 MB in a U-Net with 16 filters; one with a large halo gets larger ones. */
const MAX_TILE_PIXELS = 1 << 20

export class Segmenter {
  readonly recipe: SegmentationRecipe
  readonly #logits: tf.LayersModel
  readonly #geometry: { sizeMultiple: number; receptiveFieldRadius: number }
  readonly #inputs: number
  readonly #outputs: number
  readonly #maxTilePixels: number

  /** `model` is the recipe's network, as built or as loaded. */
  constructor(model: tf.LayersModel, recipe: SegmentationRecipe, maxTilePixels = MAX_TILE_PIXELS) {
    this.recipe = recipe
    this.#logits = logitsOf(model)
    this.#geometry = architecture(recipe.architecture.name, recipe.architecture.parameters)
    this.#maxTilePixels = roomyTile(this.#geometry, maxTilePixels)
    this.#inputs = model.inputs[0].shape[3] as number
    this.#outputs = outputChannels(recipe)
  }

  /** The class of each pixel: [height, width]. Of masks 0 and 1. */
  async labels(picture: Picture, between?: Between): Promise<Uint8Array> {
    const map = await this.#map(picture, between)
    if (this.recipe.data.kind === 'masks')
      return Uint8Array.from(map.values, (probability) => (probability > 0.5 ? 1 : 0))
    return this.recipe.loss.kind === 'mse' ? nearestColours(map, classColours(this.recipe)) : largest(map)
  }

  /** Of a mask's network: how sure it is of the subject, [height, width], 0..1. */
  async probability(picture: Picture, between?: Between): Promise<Float32Array> {
    if (this.recipe.data.kind !== 'masks') throw new RangeError(`${this.recipe.id} knows no single subject`)
    return (await this.#map(picture, between)).values
  }

  async #map(picture: Picture, between: Between = () => {}): Promise<Map> {
    const { fit, width, height } = this.recipe.data
    if (fit !== 'resize') return this.#tiled(picture, between)
    const samples = await resizeSamples(picture, width, height)
    const small = await this.#tiled({ width, height, samples }, between)
    return enlarge(small, picture.width, picture.height)
  }

  async #tiled({ width, height, samples }: Picture, between: Between): Promise<Map> {
    const raster: Raster = { width, height, channels: 3, depth: 8, samples, alpha: null }
    const source: Source = { width, height, read: (window) => readWindow(raster, window) }
    const channels = this.#outputs
    const values = new Float32Array(width * height * channels)
    const sink: Sink = {
      write(core, from, origin) {
        for (let y = 0; y < core.height; y++) {
          const row = channels * ((origin.top + y) * origin.width + origin.left)
          const to = channels * ((core.top + y) * width + core.left)
          values.set(from.subarray(row, row + channels * core.width), to)
        }
      },
    }
    const tiles = planTiles(width, height, this.#geometry, this.#maxTilePixels)
    await runTiled(source, sink, tiles, (block, w, h) => this.#run(block, w, h), between)
    return { width, height, channels, values }
  }

  /** RGB [height, width, 3], 0..1 → [height, width, outputs]. */
  async #run(values: Float32Array, width: number, height: number): Promise<Float32Array> {
    const output = tf.tidy(() => {
      const rgb = tf.tensor4d(values, [1, height, width, 3])
      const picture = this.#inputs === 1 ? rgb.mul(tf.tensor1d(LUMA)).sum(3, true) : rgb
      const logits = this.#logits.predictOnBatch(picture) as tf.Tensor4D
      const saysLabels = this.recipe.data.kind === 'labels' && this.recipe.loss.kind !== 'mse'
      return saysLabels ? logits : logits.sigmoid()
    })
    try {
      return await output.data<'float32'>()
    } finally {
      output.dispose()
    }
  }
}

/** Of ITU-R BT.601, as in training. */
const LUMA = [0.299, 0.587, 0.114]

async function enlarge({ values, ...from }: Map, width: number, height: number): Promise<Map> {
  if (from.width === width && from.height === height) return { ...from, values }
  const larger = tf.tidy(() => {
    const map = tf.tensor3d(values, [from.height, from.width, from.channels])
    return tf.image.resizeBilinear(map, [height, width], false, true)
  })
  try {
    return { width, height, channels: from.channels, values: await larger.data<'float32'>() }
  } finally {
    larger.dispose()
  }
}

function largest({ values, channels }: Map): Uint8Array {
  const labels = new Uint8Array(values.length / channels)
  for (let i = 0; i < labels.length; i++) {
    let best = 0
    for (let c = 1; c < channels; c++) if (values[i * channels + c] > values[i * channels + best]) best = c
    labels[i] = best
  }
  return labels
}

function nearestColours({ values }: Map, colours: readonly (readonly number[])[]): Uint8Array {
  const labels = new Uint8Array(values.length / 3)
  for (let i = 0; i < labels.length; i++) {
    let least = Infinity
    for (const [label, colour] of colours.entries()) {
      let distance = 0
      for (let c = 0; c < 3; c++) distance += (255 * values[3 * i + c] - colour[c]) ** 2
      if (distance >= least) continue
      least = distance
      labels[i] = label
    }
  }
  return labels
}

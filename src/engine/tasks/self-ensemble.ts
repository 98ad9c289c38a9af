/**
 * Self-ensemble (Timofte et al. 2016, "Seven ways to improve example-based single image super resolution"): the network
 * runs on the eight flips and turns of a block, and the mean of the eight answers, turned back, is taken. Eight times
 * the cost for some hundredths of a dB.
 */
import type { Network } from '../models/network.ts'

export function withSelfEnsemble(network: Network): Network {
  const { specialist } = network
  return {
    manifest: network.manifest,
    ...(specialist && { specialist: async (speciality) => withSelfEnsemble(await specialist(speciality)) }),
    get elapsedMs() {
      return network.elapsedMs
    },
    async run(values, width, height, channels) {
      let sum: Float32Array | null = null
      for (let turn = 0; turn < 8; turn++) {
        const turned = reorder(values, width, height, channels, turn, 'there')
        const [turnedWidth, turnedHeight] = turn & TRANSPOSE ? [height, width] : [width, height]
        const answer = await network.run(turned, turnedWidth, turnedHeight, channels)
        const back = reorder(answer, width, height, answer.length / (width * height), turn, 'back')
        if (sum === null) sum = back
        else for (let i = 0; i < sum.length; i++) sum[i] += back[i]
      }
      return sum!.map((value) => value / 8)
    },
  }
}

const FLIP_X = 1
const FLIP_Y = 2
const TRANSPOSE = 4

/**
 * One of the eight orders of a block's pixels, or back from it. `width` and `height` are those of the block as it was,
 * px; `from` is [height, width, channels] there, and of the turned block back.
 */
function reorder(
  from: Float32Array,
  width: number,
  height: number,
  channels: number,
  turn: number,
  way: 'there' | 'back',
): Float32Array {
  const to = new Float32Array(from.length)
  for (let y = 0; y < height; y++) {
    const v = turn & FLIP_Y ? height - 1 - y : y
    for (let x = 0; x < width; x++) {
      const u = turn & FLIP_X ? width - 1 - x : x
      const plain = (y * width + x) * channels
      const turned = (turn & TRANSPOSE ? u * height + v : v * width + u) * channels
      const [at, source] = way === 'there' ? [turned, plain] : [plain, turned]
      for (let c = 0; c < channels; c++) to[at + c] = from[source + c]
    }
  }
  return to
}

/**
 * What a transposed convolution costs on WebAssembly, beside an upsampling and a convolution with as many
 * multiplications: k × k taps at stride 2 beside nearest-neighbour upsampling and k/2 × k/2 taps. In turns, in one
 * process; medians, and the median of the ratios of each round. Wanted: at most 1.
 * `node tools/bench/wasm-transposed.ts [--rounds 15] [--json]`
 */
import os from 'node:os'
import { parseArgs } from 'node:util'
import { wasm } from '../../src/engine/backends/wasm.ts'
import { tf } from '../../src/engine/tf.ts'
import { median } from './measure.ts'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
})
const rounds = Number(options.rounds)

/** Of the input: sides in px, and channels; the output has half as many. What a U-Net has from its finest level down. */
const INPUTS = [
  { side: 256, channels: 16 },
  { side: 128, channels: 32 },
  { side: 128, channels: 64 },
  { side: 64, channels: 128 },
  { side: 32, channels: 256 },
]
const SIZES = [2, 4]

await wasm.start({ asked: true })
const results = SIZES.flatMap((size) => INPUTS.map((input) => compare(size, input)))
if (options.json) console.log(JSON.stringify({ load: os.loadavg()[0], results }))
else console.log(`load ${os.loadavg()[0].toFixed(1)}`)

function compare(size: number, { side, channels }: (typeof INPUTS)[number]) {
  const to = channels / 2
  const x = tf.randomNormal([1, side, side, channels]) as tf.Tensor4D
  const transposedFilter = tf.randomNormal([size, size, to, channels]) as tf.Tensor4D
  const filter = tf.randomNormal([size / 2, size / 2, channels, to]) as tf.Tensor4D
  const transposed = () => tf.conv2dTranspose(x, transposedFilter, [1, 2 * side, 2 * side, to], 2, 'same')
  const upsampled = () =>
    tf.conv2d(tf.image.resizeNearestNeighbor(x, [2 * side, 2 * side]), filter, 1, 'same')
  const times = { transposed: [] as number[], upsampled: [] as number[] }
  for (let round = -2; round < rounds; round++) {
    const [first, second] = [timed(transposed), timed(upsampled)]
    if (round < 0) continue // the first two warm up
    times.transposed.push(first)
    times.upsampled.push(second)
  }
  tf.dispose([x, transposedFilter, filter])
  const ratio = median(times.transposed.map((ms, round) => ms / times.upsampled[round]))
  const result = {
    size,
    side,
    channels,
    transposedMs: median(times.transposed),
    upsampledMs: median(times.upsampled),
    ratio,
  }
  if (!options.json) {
    const [a, b] = [result.transposedMs.toFixed(1), result.upsampledMs.toFixed(1)]
    console.log(`${size}×${size}, ${side}², ${channels} → ${to}: ${ratio.toFixed(2)}  (${a} ms, ${b} ms)`)
  }
  return result
}

/** ms until the result is there: wasm computes while it is called. */
function timed(compute: () => tf.Tensor): number {
  const start = performance.now()
  compute().dispose()
  return performance.now() - start
}

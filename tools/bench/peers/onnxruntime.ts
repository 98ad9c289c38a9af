/** onnxruntime-node, on the network as Limpid exports it, with as many threads as the argument says. */
import { createRequire } from 'node:module'
import { type Channels, PHI, pattern, type Size, sampled } from '../work.ts'
import { serve } from './serve.ts'

/** What is used here of the package; typed here, because it is looked for at run time and may not be there. */
type OnnxRuntime = {
  Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => Tensor
  InferenceSession: { create(file: string, options: object): Promise<Session> }
}
type Tensor = { data: Float32Array }
type Session = {
  inputNames: readonly string[]
  outputNames: readonly string[]
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>
  release(): Promise<void>
}

const require = createRequire(import.meta.url)
const threads = Number(process.argv[2])

let ort: OnnxRuntime
let session: Session | undefined
let pictures: Tensor[] = []
let channels: Channels = { input: 3, output: 3 }
let output = new Float32Array()

serve({
  async hello() {
    ort = require('onnxruntime-node')
    const { version } = require('onnxruntime-node/package.json') as { version: string }
    return { engine: `onnxruntime-node ${version}`, device: 'CPU' }
  },
  async prepare(_folder, onnx, work) {
    if (work.kind === 'training') throw new Error('onnxruntime-node does not train')
    await session?.release()
    session = await ort.InferenceSession.create(onnx, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    })
    channels = work.channels
    pictures = work.sizes.map(channelsFirstPicture)
  },
  async run() {
    for (const picture of pictures) {
      const outputs = await session!.run({ [session!.inputNames[0]]: picture })
      output = outputs[session!.outputNames[0]].data as Float32Array<ArrayBuffer>
    }
  },
  figures(samples) {
    const pixels = output.length / channels.output
    return sampled(samples, pixels, channels.output, (pixel, channel) => output[channel * pixels + pixel])
  },
})

/** The pattern, which is [height, width, channels], as [1, channels, height, width]. */
function channelsFirstPicture({ width, height }: Size): Tensor {
  const { input } = channels
  const interleaved = pattern(width * height * input, PHI)
  const planes = new Float32Array(interleaved.length)
  const pixels = width * height
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < input; c++) planes[c * pixels + i] = interleaved[input * i + c]
  }
  return new ort.Tensor('float32', planes, [1, input, height, width])
}

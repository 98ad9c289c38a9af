/**
 * SegNet's pooling (Badrinarayanan, Kendall & Cipolla 2017): the encoder's 2×2 max-pooling remembers where each maximum
 * was, and the decoder's unpooling puts its values back there, with zeros elsewhere. tfjs has no unpooling, and no
 * gradient of `maxPoolWithArgmax`; both kernels here are made of ops that every backend has, and each is the other's
 * gradient, or a picking of the same places.
 */
import { BACKENDS } from '../../contract/backend.ts'
import { tf } from '../tf.ts'

type Shape = (number | null)[]
type LayerOptions = { name?: string }
const layerArgs = (config: LayerOptions) =>
  config as unknown as ConstructorParameters<typeof tf.layers.Layer>[0]

/**
 * [batch, h, w, c] → the maxima of 2×2 windows, and where they were, both [batch, h/2, w/2, c]. An index counts the
 * corners of its window: 0 and 1 above, 2 and 3 below; of equal ones the first. Sides must be even.
 */
export class MaxPoolWithIndices extends tf.layers.Layer {
  static className = 'MaxPoolWithIndices'

  constructor(config: LayerOptions = {}) {
    super(layerArgs(config))
  }

  override computeOutputShape([batch, height, width, channels]: Shape): Shape[] {
    requireEven(this.name, height, width)
    const shape = [batch, scaled(height, 0.5), scaled(width, 0.5), channels]
    return [shape, shape]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
    const x = Array.isArray(inputs) ? inputs[0] : inputs
    requireEven(this.name, x.shape[1]!, x.shape[2]!)
    return tf.engine().runKernel(POOL, { x }) as unknown as tf.Tensor[]
  }
}

/** [values, indices], both [batch, h, w, c] → [batch, 2h, 2w, c], each value at the corner that its index names. */
export class MaxUnpool extends tf.layers.Layer {
  static className = 'MaxUnpool'

  constructor(config: LayerOptions = {}) {
    super(layerArgs(config))
  }

  override computeOutputShape(shapes: Shape | Shape[]): Shape {
    const [batch, height, width, channels] = (shapes as Shape[])[0]
    return [batch, scaled(height, 2), scaled(width, 2), channels]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [values, indices] = inputs as tf.Tensor[]
    return tf.engine().runKernel(UNPOOL, { values, indices }) as tf.Tensor
  }
}

const POOL = 'MaxPoolWithIndices'
const UNPOOL = 'MaxUnpool'
const CORNERS = [0, 1, 2, 3] as const

/** One corner of every window of `x` [batch, h, w, c]: [batch, h/2, w/2, c]. */
function corner(x: tf.Tensor4D, which: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape
  const rows = (batch * height) / 2
  const pairs = x.reshape<tf.Tensor4D>([rows, 2, width / 2, 2 * channels])
  const part = pairs.slice([0, which >> 1, 0, (which & 1) * channels], [rows, 1, width / 2, channels])
  return part.reshape([batch, height / 2, width / 2, channels])
}

function pool(x: tf.Tensor4D): [tf.Tensor4D, tf.Tensor4D] {
  const corners = CORNERS.map((which) => corner(x, which))
  let maximum = corners[0]
  let indices = tf.zerosLike(maximum).toInt()
  for (const which of [1, 2, 3]) {
    indices = tf.where(corners[which].greater(maximum), tf.fill(maximum.shape, which, 'int32'), indices)
    maximum = maximum.maximum(corners[which])
  }
  return [maximum, indices]
}

function unpool(values: tf.Tensor4D, indices: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = values.shape
  const nothing = tf.zerosLike(values)
  const [a, b, c, d] = CORNERS.map((which) =>
    tf
      .where(indices.equal(tf.scalar(which, 'int32')), values, nothing)
      .reshape<tf.Tensor4D>([batch * height, 1, width, channels]),
  )
  const pairs = tf.concat([tf.concat([a, b], 3), tf.concat([c, d], 3)], 1) // [batch · h, 2, w, 2 · c]
  return pairs.reshape([batch, 2 * height, 2 * width, channels])
}

/** Of `x` [batch, 2h, 2w, c] what stands at the corners that the indices name: [batch, h, w, c]. */
function pick(x: tf.Tensor4D, indices: tf.Tensor4D): tf.Tensor4D {
  return CORNERS.slice(1).reduce(
    (picked, which) =>
      tf.where(indices.equal(tf.scalar(which, 'int32')), corner(x, which), picked) as tf.Tensor4D,
    corner(x, 0),
  )
}

for (const backendName of BACKENDS) {
  tf.registerKernel({
    kernelName: POOL,
    backendName,
    kernelFunc: ({ inputs }) => tf.tidy(() => pool(inputs.x as tf.Tensor4D)),
  })
  tf.registerKernel({
    kernelName: UNPOOL,
    backendName,
    kernelFunc: ({ inputs }) =>
      tf.tidy(() => unpool(inputs.values as tf.Tensor4D, inputs.indices as tf.Tensor4D)),
  })
}
tf.registerGradient({
  kernelName: POOL,
  outputsToSave: [false, true],
  gradFunc: (gradients, [indices]) => {
    const [dy] = gradients as tf.Tensor[]
    return { x: () => tf.engine().runKernel(UNPOOL, { values: dy, indices }) as tf.Tensor }
  },
})
tf.registerGradient({
  kernelName: UNPOOL,
  inputsToSave: ['indices'],
  gradFunc: (dy, [indices]) => ({
    values: () => pick(dy as tf.Tensor4D, indices as tf.Tensor4D),
    indices: () => tf.zerosLike(indices).toFloat(), // a place has no slope
  }),
})
tf.serialization.registerClass(MaxPoolWithIndices)
tf.serialization.registerClass(MaxUnpool)

/** null: not known yet. */
function requireEven(name: string, height: number | null, width: number | null): void {
  if ((height ?? 0) % 2 === 0 && (width ?? 0) % 2 === 0) return
  throw new RangeError(`${name} takes even sides, not ${height} × ${width}`)
}

function scaled(size: number | null, by: number): number | null {
  return size === null ? null : size * by
}

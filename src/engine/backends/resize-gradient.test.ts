import { describe, expect, it } from 'vitest'
import { random } from '../random.ts'
import { tf } from '../tf.ts'
import { cpu } from './cpu.ts'
import { wasm } from './wasm.ts'

describe.each([cpu, wasm])('the gradient of enlarging by nearest neighbour on $name', (backend) => {
  it.each([2, 3])('is right for every picture of a batch, enlarged %d times', async (factor) => {
    await backend.start({ asked: true })
    const [batch, height, width, channels] = [3, 4, 5, 2]
    const gradient = new Float32Array(batch * height * width * channels * factor ** 2)
    random(2).fillGaussian(gradient)
    const large: [number, number] = [height * factor, width * factor]
    const dy = tf.tensor4d(gradient, [batch, ...large, channels])
    const resize = (x: tf.Tensor) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, large)
    const x = tf.zeros([batch, height, width, channels])
    const before = tf.memory().numTensors
    const dx = tf.grad(resize)(x, dy)
    expect(tf.memory().numTensors).toBe(before + 1)
    // Each pixel was copied into a cell of factor² pixels: its gradient is their sum.
    const sums = tf.tidy(() => {
      const rows = dy.reshape([batch * height, factor, width, factor * channels]).sum(1)
      return rows.reshape([batch * height, width, factor, channels]).sum(2)
    })
    const [found, right] = [await dx.data(), await sums.data()]
    for (let i = 0; i < right.length; i++) expect(found[i]).toBeCloseTo(right[i], 4)
    tf.dispose([x, dy, dx, sums])
  })
})

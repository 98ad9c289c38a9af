/** Pictures of one size, at rest: how the systems of the Lab hold their data. */

/** Height, width (px), channels. */
export type PictureShape = [number, number, number]

export type Pictures = {
  shape: PictureShape
  count: number
  /** [count, height, width, channels], 8-bit. */
  samples: Uint8Array
  /** Where each comes from: a file's name, a number. */
  names: string[]
  /** The digit, where it is known. */
  labels: Uint8Array | null
}

/** `test` is what is never looked at while training; null where the user's pictures are all the data there is. */
export type Examples = { train: Pictures; validation: Pictures; test: Pictures | null }

export const sizeOf = ([height, width, channels]: PictureShape): number => height * width * channels

/** Those at `indices`, in that order. */
export function pick(pictures: Pictures, indices: ArrayLike<number>): Pictures {
  const { shape, labels } = pictures
  const size = sizeOf(shape)
  const list = Array.from(indices)
  const samples = new Uint8Array(list.length * size)
  list.forEach((from, to) => {
    samples.set(pictures.samples.subarray(from * size, (from + 1) * size), to * size)
  })
  return {
    shape,
    count: list.length,
    samples,
    names: list.map((i) => pictures.names[i]),
    labels: labels && Uint8Array.from(list, (i) => labels[i]),
  }
}

/** 0..1: [indices, height, width, channels]. */
export function floats({ samples, shape }: Pictures, indices: ArrayLike<number>): Float32Array {
  const size = sizeOf(shape)
  const values = new Float32Array(indices.length * size)
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * size
    for (let j = 0; j < size; j++) values[i * size + j] = samples[from + j] / 255
  }
  return values
}

/** What the autoencoders with one dense layer on each side share: picture → code → picture. */
import { z } from 'zod'
import { tf } from '../tf.ts'
import type { Architecture } from './architecture.ts'
import {
  CODE,
  densePicture,
  initializers,
  pictureInput,
  pictureShapeSchema,
  wholePicture,
} from './autoencoder-parts.ts'

type Choice = {
  /** Words joined by dashes. */
  name: string
  /** Units of the code where none are named. */
  code: number
  /** Of the code; a linear one gives a linear picture too, the others end in a sigmoid. */
  activation: 'linear' | 'relu' | 'sigmoid'
  /** Of the encoder. */
  initializer: keyof ReturnType<typeof initializers>
}

const parametersWith = (code: number) =>
  z.strictObject({
    picture: pictureShapeSchema,
    /** Units of the code. */
    code: z.int().positive().default(code),
  })

export function singleLayerAutoencoder(
  choice: Choice,
): Architecture<z.infer<ReturnType<typeof parametersWith>>> {
  const { name, activation, initializer } = choice
  return {
    name,
    parameters: parametersWith(choice.code),
    build({ picture, code }, seed) {
      const init = initializers(seed)
      const input = pictureInput(picture)
      const flat = tf.layers.flatten({ name: 'flat' }).apply(input)
      const kernelInitializer = init[initializer]()
      const hidden = tf.layers.dense({ name: CODE, units: code, activation, kernelInitializer })
      const coded = hidden.apply(flat) as tf.SymbolicTensor // [b, code]
      const outputs = densePicture(coded, picture, init.glorot(), activation === 'linear') // [b, height, width, channels]
      return tf.model({ inputs: input, outputs, name: name.replaceAll('-', '_') })
    },
    ...wholePicture,
  }
}

/**
 * The autoencoder with one hidden layer (Rumelhart, Hinton & Williams 1986): the picture → a code of a few units →
 * the picture. Trained with noisy input and clean target it is the denoising autoencoder (Vincent et al. 2008).
 */
import { singleLayerAutoencoder } from './single-layer-autoencoder.ts'

export const denseAutoencoder = singleLayerAutoencoder({
  name: 'dense-autoencoder',
  code: 64,
  activation: 'relu',
  initializer: 'he',
})

/**
 * The linear autoencoder: no activation anywhere. At its best it spans the space of the first principal components
 * (Baldi & Hornik 1989), so that with the components for its weights it is PCA itself.
 */
import { singleLayerAutoencoder } from './single-layer-autoencoder.ts'

export const linearAutoencoder = singleLayerAutoencoder({
  name: 'linear-autoencoder',
  code: 16,
  activation: 'linear',
  initializer: 'glorot',
})

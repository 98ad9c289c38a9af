/**
 * The contractive autoencoder (Rifai et al. 2011, "Contractive Auto-Encoders: Explicit Invariance During Feature
 * Extraction"): one sigmoid layer whose Jacobian the loss keeps small, so that the code hardly moves when the picture
 * does a little. For a sigmoid layer h = σ(Wx + b) the penalty is exact: ‖J‖² = Σⱼ (hⱼ(1 - hⱼ))² Σᵢ Wᵢⱼ².
 */
import { singleLayerAutoencoder } from './single-layer-autoencoder.ts'

export const contractiveAutoencoder = singleLayerAutoencoder({
  name: 'contractive-autoencoder',
  code: 64,
  activation: 'sigmoid',
  initializer: 'wide',
})

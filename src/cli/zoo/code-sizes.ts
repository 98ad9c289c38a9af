/** Units of the code, for the curves of PCA and the linear autoencoder. */
export const CODE_SIZES = [2, 4, 8, 16, 32, 64] as const

/** The systems that are trained at each of them, by recipe. */
export const SIZED_SYSTEMS = { pca: 'PCA', 'linear-autoencoder': 'Linear autoencoder' }

/** The recipe as it is has 16 units. */
export const sizedId = (base: string, size: number): string => (size === 16 ? base : `${base}-k${size}`)

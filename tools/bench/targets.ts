/** What Limpid wants to reach: its time on TensorFlow, as a share of another engine's. */

/** The highest wanted ratio, or null where none is set. */
export function target(peer: string, other: string, network: string, work: string): number | null {
  if (peer !== 'limpid-tensorflow') return null
  // 0.8 of PyTorch's throughput.
  if (work === 'training step') return other === 'torch' ? 1 / 0.8 : null
  if (work !== '1024²') return null
  if (other === 'onnxruntime') return network === 'reference-unet' ? 0.8 : 0.9
  return network === 'denoise-fast' ? 0.85 : null
}

/** Of the whole path, from file to file, to the bare model. */
export const END_TO_END_TARGET = 1.15

/** original + strength · (estimate − original), value by value. Strength 1 is the estimate itself. */
export function blend(original: Float32Array, estimate: Float32Array, strength: number): Float32Array {
  if (strength === 1) return estimate
  const blended = new Float32Array(original.length)
  for (let i = 0; i < blended.length; i++) blended[i] = original[i] + strength * (estimate[i] - original[i])
  return blended
}

/**
 * Area under the ROC curve: the chance that an anomaly scores higher than a normal one, ties counted half (Hanley &
 * McNeil 1982), by ranks. Null where one of the kinds is missing.
 */
export function auroc(scores: ArrayLike<number>, isAnomaly: readonly boolean[]): number | null {
  const order = Array.from(isAnomaly, (_, i) => i).sort((a, b) => scores[a] - scores[b])
  const anomalies = isAnomaly.filter(Boolean).length
  const normal = order.length - anomalies
  if (anomalies === 0 || normal === 0) return null
  let rankSum = 0
  for (let first = 0, next = 0; first < order.length; first = next) {
    while (next < order.length && scores[order[next]] === scores[order[first]]) next++
    const rank = (first + 1 + next) / 2 // ranks from 1; equal scores share their mean
    for (let i = first; i < next; i++) if (isAnomaly[order[i]]) rankSum += rank
  }
  return (rankSum - (anomalies * (anomalies + 1)) / 2) / (anomalies * normal)
}

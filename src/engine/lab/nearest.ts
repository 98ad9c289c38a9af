/** Neighbours among rows of numbers, [count, size] row by row. */

/** Euclidean distance of each row from `query` [size]. */
export function distances(rows: Float32Array, query: Float32Array): Float64Array {
  const size = query.length
  return Float64Array.from({ length: rows.length / size }, (_, row) => {
    let sum = 0
    for (let i = 0; i < size; i++) sum += (rows[row * size + i] - query[i]) ** 2
    return Math.sqrt(sum)
  })
}

/** Rows between two calls of `step`: of 10,000 in a plane, some 20 ms. */
const ROWS_A_STEP = 256

/** Share of rows whose nearest other row has the same label. `step` is told the share done; it may throw to cancel. */
export async function neighbourAgreement(
  rows: Float32Array,
  size: number,
  labels: ArrayLike<number>,
  step: (done: number) => Promise<void>,
): Promise<number> {
  const count = labels.length
  let agreeing = 0
  for (let i = 0; i < count; i++) {
    if (i % ROWS_A_STEP === 0) await step(i / count)
    if (labels[nearestOther(rows, size, i)] === labels[i]) agreeing++
  }
  return agreeing / count
}

/** Without an array for each row: all pairs are looked at. */
function nearestOther(rows: Float32Array, size: number, row: number): number {
  const at = row * size
  let nearest = row
  let least = Number.POSITIVE_INFINITY
  for (let other = 0; other < rows.length; other += size) {
    let sum = 0
    for (let i = 0; i < size; i++) sum += (rows[other + i] - rows[at + i]) ** 2
    if (sum < least && other !== at) {
      least = sum
      nearest = other / size
    }
  }
  return nearest
}

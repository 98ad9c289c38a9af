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

/** Share of rows whose nearest other row has the same label. */
export function neighbourAgreement(rows: Float32Array, size: number, labels: ArrayLike<number>): number {
  const count = labels.length
  let agreeing = 0
  for (let i = 0; i < count; i++) {
    const away = distances(rows, rows.subarray(i * size, (i + 1) * size))
    away[i] = Number.POSITIVE_INFINITY
    let nearest = 0
    for (let j = 1; j < count; j++) if (away[j] < away[nearest]) nearest = j
    if (labels[nearest] === labels[i]) agreeing++
  }
  return agreeing / count
}

import { createHash } from 'node:crypto'

type Picture = { width: number; height: number; samples: Uint8Array }

/** Those of `train` that are the same, pixel by pixel, as none of `kept`: a copy, by another name, would flatter the verdict. */
export function unseen<T extends Picture>(train: readonly T[], kept: readonly T[]): T[] {
  const seen = new Set(kept.map(digest))
  return train.filter((one) => !seen.has(digest(one)))
}

function digest({ width, height, samples }: Picture): string {
  return createHash('sha256').update(`${width} × ${height}`).update(samples).digest('hex')
}

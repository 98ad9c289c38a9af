import type { Random } from '../random.ts'

/** A piece of a picture in flight. */
export type Patch = {
  /** px */
  width: number
  height: number
  channels: 1 | 3
  /** [height, width, channels], 0..1 for a clean one. */
  values: Float32Array
  /** [height, width]: 1 where the picture is lost and to be filled in, else 0; absent where nothing is. */
  mask?: Float32Array
}

/**
 * One way in which pictures get worse. Degradations compose: each takes a patch and gives a new one (or, where nothing
 * changes, the same one). What it draws, it draws before it first waits.
 */
export type Degradation<Spec extends { kind: string }> = {
  kind: Spec['kind']
  apply(patch: Patch, spec: Spec, random: Random): Patch | Promise<Patch>
}

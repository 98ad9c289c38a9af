/** Where a convolution's output pixel (i, j) looks: at input rows i · stride.height − before.height …, and so on. */
export type Geometry = {
  batch: number
  input: Plane
  output: Plane
  filter: Plane
  stride: Plane
  /** Rows and columns of zeros before the input's first. */
  before: Plane
}
export type Plane = { height: number; width: number }

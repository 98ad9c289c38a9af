type Point = readonly [x: number, y: number]

/** A white sheet to draw smooth lines and discs on, [height, width, 3]. Places are px, pixel centres at .5. */
export class Canvas {
  readonly pixels: Uint8Array
  readonly #width: number
  readonly #height: number

  constructor(width: number, height: number) {
    this.#width = width
    this.#height = height
    this.pixels = new Uint8Array(width * height * 3).fill(255)
  }

  line(from: Point, to: Point, colour: string, thickness: number): void {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
    const length = dx * dx + dy * dy || 1
    this.#fill([from, to], thickness, colour, (x, y) => {
      const t = Math.min(1, Math.max(0, ((x - from[0]) * dx + (y - from[1]) * dy) / length))
      return Math.hypot(x - from[0] - t * dx, y - from[1] - t * dy) - thickness / 2
    })
  }

  disc(centre: Point, radius: number, colour: string): void {
    this.#fill([centre], 2 * radius, colour, (x, y) => Math.hypot(x - centre[0], y - centre[1]) - radius)
  }

  /** Colours what is inside, by the signed distance (px) from the edge, within `thickness` of the points. */
  #fill(
    points: Point[],
    thickness: number,
    colour: string,
    distance: (x: number, y: number) => number,
  ): void {
    const rgb = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
    const reach = thickness / 2 + 1
    const left = Math.max(0, Math.floor(Math.min(...xs) - reach))
    const right = Math.min(this.#width - 1, Math.ceil(Math.max(...xs) + reach))
    const top = Math.max(0, Math.floor(Math.min(...ys) - reach))
    const bottom = Math.min(this.#height - 1, Math.ceil(Math.max(...ys) + reach))
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const cover = Math.min(1, Math.max(0, 0.5 - distance(x + 0.5, y + 0.5)))
        if (cover === 0) continue
        const at = 3 * (y * this.#width + x)
        for (let c = 0; c < 3; c++) this.pixels[at + c] += cover * (rgb[c] - this.pixels[at + c])
      }
    }
  }
}

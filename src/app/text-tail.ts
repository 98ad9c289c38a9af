const KEPT_BYTES = 8 * 1024

/** The last few KB of a stream of text. */
export class TextTail {
  #bytes: Buffer = Buffer.alloc(0)

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-KEPT_BYTES)
  }

  get text(): string {
    return this.#bytes.toString('utf8').trim()
  }
}

/** The fields of the save dialog, and what confirming it does. */
import type { OutputFormat, Picture } from '../../contract/picture.ts'
import { outputFormatOfName } from '../../contract/picture-files.ts'
import { fileName, folderOf, isFileName, splitName } from './paths.ts'
import { type Saved, Saver, type SaverPorts } from './saver.svelte.ts'
import { QUALITY_OF } from './words.ts'

export class SaveDialog {
  readonly saver: Saver
  /** What it is about; empty: closed. All have a result. */
  pictures = $state.raw<Picture[]>([])
  /** 'original': as each picture came, where Limpid can write that. */
  format = $state<OutputFormat | 'original'>('original')
  /** 1..100 */
  quality = $state(90)
  /** Of one picture: folder, name without extension, extension. */
  folder = $state('')
  stem = $state('')
  extension = $state('')
  #suggestedStem = ''
  readonly #ports: SaverPorts

  constructor(ports: SaverPorts) {
    this.#ports = ports
    this.saver = new Saver(ports)
  }

  /** What will be written; null: of several pictures, each its own. */
  get written(): OutputFormat | null {
    if (this.format !== 'original') return this.format
    return this.pictures.length === 1 ? outputFormatOfName(this.extension) : null
  }

  get hasQuality(): boolean {
    return this.written !== null && QUALITY_OF[this.written] !== undefined
  }

  get valid(): boolean {
    return this.pictures.length > 1 || isFileName(this.stem)
  }

  async open(pictures: Picture[]): Promise<void> {
    this.#suggestedStem = ''
    this.stem = ''
    await this.#suggest(pictures)
    this.pictures = pictures
    this.#resetQuality()
  }

  close(): void {
    this.pictures = []
  }

  async setFormat(format: OutputFormat | 'original'): Promise<void> {
    this.format = format
    await this.#suggest(this.pictures)
    this.#resetQuality()
  }

  /** Another folder or name, by the system's dialog. */
  async choosePlace(): Promise<void> {
    const path = await this.#ports.host.chooseTarget?.(`${this.folder}${this.stem}${this.extension}`)
    if (!path) return
    const { stem, extension } = splitName(fileName(path))
    const chosen = outputFormatOfName(extension)
    this.folder = folderOf(path)
    this.stem = chosen ? stem : fileName(path)
    if (!chosen || chosen === this.written) return
    this.format = chosen
    this.extension = extension
    this.#resetQuality()
  }

  async confirm(): Promise<void> {
    const { pictures, written, format } = this
    const quality = this.hasQuality ? this.quality : null
    const typed = `${this.folder}${this.stem.trim()}${this.extension}`
    this.close()
    const saved: Saved[] = []
    for (const picture of pictures) {
      const path = pictures.length === 1 ? typed : await this.#suggestion(picture)
      const target = { path, format: format === 'original' ? null : written, quality, overwrite: false }
      const one = await this.saver.save(picture, target)
      if (one) saved.push(one)
    }
    this.saver.tell(saved)
  }

  /** Without the dialog: the system's own, which has asked already if the file is there. */
  async saveAs(picture: Picture): Promise<void> {
    const suggested = await this.#suggestion(picture)
    const path = await this.#ports.host.chooseTarget?.(picture.uploaded ? fileName(suggested) : suggested)
    if (!path) return
    const saved = await this.saver.save(picture, { path, format: null, quality: null, overwrite: true })
    if (saved) this.saver.tell([saved])
  }

  async #suggest(pictures: Picture[]): Promise<void> {
    const [picture] = pictures
    if (!picture || pictures.length > 1) return
    const path = await this.#suggestion(picture)
    const { stem, extension } = splitName(fileName(path))
    this.extension = extension
    // A name or a place that was typed stays; only the extension follows the format.
    if (this.stem !== this.#suggestedStem) return
    this.folder = folderOf(path)
    this.stem = stem
    this.#suggestedStem = stem
  }

  async #suggestion({ id }: Picture): Promise<string> {
    const format = this.format === 'original' ? {} : { format: this.format }
    return (await this.#ports.api().suggestTarget({ id, ...format })).path
  }

  #resetQuality(): void {
    this.quality = (this.written && QUALITY_OF[this.written]) ?? 90
  }
}

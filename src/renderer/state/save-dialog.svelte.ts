/** The fields of the save dialog, and what confirming it does. */
import { type ErrorData, toErrorData } from '../../contract/errors.ts'
import { ofPicture } from '../../contract/of-picture.ts'
import type { OutputFormat, Picture } from '../../contract/picture.ts'
import { outputFormatOfName, USUAL_QUALITY } from '../../contract/picture-files.ts'
import { tellErrors } from './notices.ts'
import { fileName, folderOf, isFileName, splitName } from './paths.ts'
import { type Saved, Saver, type SaverPorts } from './saver.svelte.ts'

export class SaveDialog {
  readonly saver: Saver
  /** What it is about; empty: closed. All have a result. */
  pictures = $state.raw<Picture[]>([])
  /** 'original': as each picture came, where Limpid can write that. */
  format = $state<OutputFormat | 'original'>('original')
  /** 1..100; null: not chosen, so that it is the original's or the format's default. */
  quality = $state<number | null>(null)
  /** Of one picture: folder, name without extension, extension. */
  folder = $state('')
  stem = $state('')
  extension = $state('')
  #suggestedStem = ''
  #placeChosen = false
  /** The format that extension and quality are of: behind `format` while a suggestion is on its way. */
  #followed: OutputFormat | 'original' = 'original'
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

  /** About what it is where none is chosen; null: the format has none. */
  get usualQuality(): number | null {
    return (this.written && USUAL_QUALITY[this.written]) ?? null
  }

  get valid(): boolean {
    return this.pictures.length > 1 || isFileName(this.stem)
  }

  async open(pictures: Picture[]): Promise<void> {
    this.#suggestedStem = ''
    this.#placeChosen = false
    this.stem = ''
    await this.#follow(pictures)
    this.pictures = pictures
    this.quality = null
  }

  close(): void {
    this.pictures = []
  }

  async setFormat(format: OutputFormat | 'original'): Promise<void> {
    this.format = format
    await this.#follow(this.pictures)
  }

  /** Another folder or name, by the system's dialog. */
  async choosePlace(): Promise<void> {
    const path = await this.#ports.host.chooseTarget?.(`${this.folder}${this.stem}${this.extension}`)
    if (!path) return
    const { stem, extension } = splitName(fileName(path))
    const chosen = outputFormatOfName(extension)
    this.#placeChosen = true
    this.folder = folderOf(path)
    this.stem = chosen ? stem : fileName(path)
    if (!chosen) return
    const isOther = chosen !== this.written // before the extension, which it may follow from
    this.extension = extension
    if (!isOther) return
    this.format = chosen
    this.#followed = chosen
    this.quality = null
  }

  /** As things stand when it is pressed: what is chosen in the dialog afterwards is for the next time. */
  async confirm(): Promise<void> {
    const { pictures } = this
    while (this.#followed !== this.format) await this.#follow(pictures)
    // Closed meanwhile, or confirmed twice.
    if (this.pictures !== pictures) return
    const { written, format, quality } = this
    const typed = `${this.folder}${this.stem.trim()}${this.extension}`
    this.close()
    const saved: Saved[] = []
    const errors: ErrorData[] = []
    for (const picture of pictures) {
      try {
        const path = pictures.length === 1 ? typed : await this.#suggestion(picture, format)
        const target = { path, format: format === 'original' ? null : written, quality, overwrite: false }
        const one = await this.saver.save(picture, target)
        // One of several that is cancelled ends them all; one whose file stays does not.
        if (one === 'cancelled') break
        if (one !== 'declined') saved.push(one)
      } catch (thrown) {
        errors.push(ofPicture(toErrorData(thrown), picture.path))
      }
    }
    this.saver.tell(saved)
    tellErrors(errors, 'saved', this.#ports.notices)
  }

  /** Without the dialog: the system's own, which has asked already if the file is there. */
  async saveAs(picture: Picture): Promise<void> {
    const suggested = await this.#suggestion(picture, this.format)
    const path = await this.#ports.host.chooseTarget?.(picture.uploaded ? fileName(suggested) : suggested)
    if (!path) return
    const saved = await this.saver.save(picture, { path, format: null, quality: null, overwrite: true })
    if (typeof saved === 'object') this.saver.tell([saved])
  }

  /** Extension and quality follow the format; so do name and place, but what was typed or chosen stays. */
  async #follow(pictures: Picture[]): Promise<void> {
    const { format } = this
    const [picture] = pictures
    const path = picture && pictures.length === 1 ? await this.#suggestion(picture, format) : null
    // Changed once more meanwhile.
    if (this.format !== format) return
    this.#followed = format
    if (path !== null) this.#suggested(path)
    this.quality = null
  }

  #suggested(path: string): void {
    const { stem, extension } = splitName(fileName(path))
    this.extension = extension
    if (this.#placeChosen || this.stem !== this.#suggestedStem) return
    this.folder = folderOf(path)
    this.stem = stem
    this.#suggestedStem = stem
  }

  async #suggestion({ id }: Picture, format: OutputFormat | 'original'): Promise<string> {
    const asked = format === 'original' ? {} : { format }
    return (await this.#ports.api().suggestTarget({ id, ...asked })).path
  }
}

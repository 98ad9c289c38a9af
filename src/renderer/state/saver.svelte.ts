/** Saves results: exports, asks when a file is there already, and tells what became of it. */
import type { AppApi, Job } from '../../contract/api.ts'
import { type ErrorData, LimpidError, toErrorData } from '../../contract/errors.ts'
import type { OutputFormat, Picture } from '../../contract/picture.ts'
import type { Host } from '../host/host.ts'
import type { Notices } from './notices.ts'
import { fileName, nextName } from './paths.ts'
import { count, inWords } from './words.ts'

export type Saved = NonNullable<Job['saved']>
/** The file that is there stays, or the job was ended. */
type NotSaved = 'declined' | 'cancelled'
type Choice = 'replace' | 'both' | 'cancel'
export type Collision = { path: string; answer(choice: Choice): void }
export type SaveTarget = {
  path: string
  /** null: by the path's extension */
  format: OutputFormat | null
  /** 1..100; null: the original's, or the format's default */
  quality: number | null
  overwrite: boolean
}

/** What saving needs of the rest. */
export type SaverPorts = {
  host: Pick<Host, 'chooseTarget' | 'showInFolder' | 'download'>
  notices: Notices
  api(): Pick<AppApi, 'export' | 'suggestTarget'>
  /** 0..1 */
  strength(pictureId: string): number
  /** It is being restored anew. */
  isUnderWay(picture: Picture): boolean
  /** Resolves when the job is over. */
  finished(job: Job): Promise<Job>
}

export class Saver {
  /** The question that waits for an answer. */
  collision = $state.raw<Collision | null>(null)
  #lastAnswer: Promise<unknown> = Promise.resolve()
  readonly #ports: SaverPorts

  constructor(ports: SaverPorts) {
    this.#ports = ports
  }

  /** Saving is downloading: there is no folder of the user's to save into. */
  get downloads(): boolean {
    return this.#ports.host.chooseTarget === undefined
  }

  /** Fails with what went wrong. */
  async save(picture: Picture, target: SaveTarget): Promise<Saved | NotSaved> {
    const { saved, error } = await this.#export(picture, target)
    if (saved) return saved
    if (error?.code !== 'file-exists') return notSaved(error)
    const choice = await this.#ask(target.path)
    if (choice === 'cancel') return 'declined'
    if (choice === 'replace') return this.save(picture, { ...target, overwrite: true })
    return this.#saveBeside(picture, target)
  }

  /** Tells that they are saved, where, and what their formats could not hold. */
  tell(saved: Saved[]): void {
    const [first] = saved
    if (!first) return
    const { host, notices } = this.#ports
    const one = saved.length === 1
    const verb = this.downloads ? 'Downloaded' : 'Saved'
    const names = inWords(saved.map(({ path }) => fileName(path)))
    const where = one ? (this.downloads ? '' : first.path) : names
    const notes = [...new Set(saved.flatMap((each) => each.notes))]
    notices.done(one ? `${verb} ${fileName(first.path)}` : `${verb} ${count(saved.length, 'picture')}`, {
      description: [where, ...notes].filter((line) => line !== '').join('\n'),
      ...(host.showInFolder && first.download === null
        ? { action: { label: 'Show', run: () => host.showInFolder?.(first.path) } }
        : {}),
    })
  }

  /** Keeps both files: counts on until a name is free. */
  async #saveBeside(picture: Picture, target: SaveTarget): Promise<Saved | NotSaved> {
    const beside = { ...target, path: nextName(target.path) }
    const { saved, error } = await this.#export(picture, beside)
    if (saved) return saved
    return error?.code === 'file-exists' ? this.#saveBeside(picture, beside) : notSaved(error)
  }

  async #export(
    picture: Picture,
    { path, format, quality, overwrite }: SaveTarget,
  ): Promise<Pick<Job, 'saved' | 'error'>> {
    // Its steps are those of the next result, and so is their strength.
    if (this.#ports.isUnderWay(picture)) return { saved: null, error: notYet(picture) }
    try {
      const { job } = await this.#ports.api().export({
        id: picture.id,
        strength: this.#ports.strength(picture.id),
        path: this.downloads ? null : path,
        overwrite,
        ...(format === null ? {} : { format }),
        ...(quality === null ? {} : { quality }),
      })
      const { saved, error } = await this.#ports.finished(job)
      if (!saved || saved.download === null) return { saved, error }
      await this.#ports.host.download(saved.download, fileName(path))
      return { saved: { ...saved, path: fileName(path) }, error }
    } catch (thrown) {
      return { saved: null, error: toErrorData(thrown) }
    }
  }

  /** One question at a time: of two saves that meet a file, the second waits for the first one's answer. */
  #ask(path: string): Promise<Choice> {
    const answer = this.#lastAnswer.then(
      () =>
        new Promise<Choice>((resolve) => {
          this.collision = {
            path,
            answer: (choice) => {
              this.collision = null
              resolve(choice)
            },
          }
        }),
    )
    this.#lastAnswer = answer
    return answer
  }
}

function notSaved(error: ErrorData | null): 'cancelled' {
  if (error && error.code !== 'cancelled') throw LimpidError.fromData(error)
  return 'cancelled'
}

function notYet({ name, path }: Picture): ErrorData {
  const message = `${name} was not saved: it is being restored anew.`
  return { code: 'bad-request', message, hint: 'Save it when that is done.', file: path }
}

/** Opening pictures: hands over what has no path, opens what can be opened, and tells what could not. */
import type { AppApi } from '../../contract/api.ts'
import { toErrorData } from '../../contract/errors.ts'
import type { Picture } from '../../contract/picture.ts'
import type { Host, Openable } from '../host/host.ts'
import { type Notices, tellErrors } from './notices.ts'

/** Files handed over at the same time. */
const UPLOADS = 3

export type OpeningPorts = {
  host: Pick<Host, 'handOver'>
  notices: Notices
  api(): Promise<Pick<AppApi, 'addPictures'>>
  /** A picture has been opened; `first`: of this call. */
  opened(picture: Picture, first: boolean): void
}

export class Opening {
  /** Files that are on their way in. */
  count = $state(0)
  /** How often something was opened. */
  times = $state(0)
  readonly #ports: OpeningPorts

  constructor(ports: OpeningPorts) {
    this.#ports = ports
  }

  async open(openables: Openable[]): Promise<void> {
    if (openables.length === 0) return
    const errors = openables.flatMap((one) => ('error' in one ? [one.error.toData()] : []))
    const paths = openables.flatMap((one) => ('path' in one ? [one.path] : []))
    const files = openables.flatMap((one) => ('file' in one ? [one.file] : []))
    let first = true
    const add = async (some: string[]): Promise<void> => {
      const api = await this.#ports.api()
      const added = await api.addPictures({ paths: some })
      for (const picture of added.pictures) {
        this.#ports.opened(picture, first)
        first = false
      }
      errors.push(...added.errors)
    }
    this.times++
    this.count += openables.length
    try {
      if (paths.length > 0) await add(paths).catch((thrown: unknown) => errors.push(toErrorData(thrown)))
      // Several are on their way at a time, but they are opened in the order in which they were dropped.
      for (const path of atMost(UPLOADS, files, (file) => this.#ports.host.handOver(file))) {
        await path.then((one) => add([one])).catch((thrown: unknown) => errors.push(toErrorData(thrown)))
      }
    } finally {
      this.count -= openables.length
    }
    tellErrors(errors, 'opened', this.#ports.notices)
  }
}

/** Starts `work` on every item, at most `width` at a time; gives their promises in the items' order. */
function atMost<T, R>(width: number, items: T[], work: (item: T) => Promise<R>): Promise<R>[] {
  const started: Promise<R>[] = []
  items.forEach((item, i) => {
    const before = started[i - width]?.catch(() => {}) ?? Promise.resolve()
    started.push(before.then(() => work(item)))
  })
  // They are awaited one after the other; one that fails before its turn is not forgotten.
  for (const one of started) one.catch(() => {})
  return started
}

/** What the Lab trains on: folders of the user's, and files that were handed over one by one. */
import { randomUUID } from 'node:crypto'
import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { DataProblem } from '../../contract/lab-jobs.ts'
import type { LabData } from '../../contract/lab-run.ts'
import type { EngineProcess } from '../engine-process.ts'
import { writeError } from '../file-errors.ts'
import { safeName } from '../kept-pictures.ts'
import type { LabStore } from './lab-store.ts'

type Added = { data: LabData | null; problems: DataProblem[] }

type Ports = {
  store: LabStore
  engine: Pick<EngineProcess, 'run'>
  /** Of gathered files: theirs is `<root>/<uuid>/<title>`. */
  root: string
}

export class LabDataSets {
  readonly #ports: Ports
  readonly #data = new Map<string, LabData>()

  constructor(ports: Ports) {
    this.#ports = ports
    for (const data of ports.store.data()) this.#data.set(data.id, data)
  }

  get all(): LabData[] {
    return [...this.#data.values()]
  }

  get(id: string): LabData {
    const data = this.#data.get(id)
    if (data) return data
    throw new LimpidError('bad-request', 'That data is not there any more.', {
      hint: 'Add the folder again.',
    })
  }

  /** Keeps the folder among the data if it can be trained on. */
  async add(folder: string): Promise<Added> {
    if (!isAbsolute(folder)) {
      throw new LimpidError('bad-request', `"${folder}" is no absolute path.`, { hint: 'Choose a folder.' })
    }
    const findings = await this.#ports.engine.run('inspectData', { folder })
    const { problems } = findings
    if (problems.some(({ severity }) => severity === 'error')) return { data: null, problems }
    const known = this.all.find((data) => data.findings.folder === findings.folder)
    if (known) this.remove(known.id)
    const data: LabData = { id: randomUUID(), title: basename(folder), findings }
    this.#ports.store.saveData(data)
    this.#data.set(data.id, data)
    return { data, problems }
  }

  /** Puts files together as they lay in the folder that they came from. */
  async gather(title: string, files: readonly { path: string; name: string }[]): Promise<Added> {
    const home = join(this.#ports.root, randomUUID())
    const folder = join(home, safeName(title))
    try {
      for (const { path, name } of files) await place(path, join(folder, inside(name)))
    } catch (cause) {
      await rm(home, { recursive: true, force: true })
      throw cause instanceof LimpidError ? cause : writeError(cause, folder)
    }
    const added = await this.add(folder).catch(async (error) => {
      await rm(home, { recursive: true, force: true })
      throw error
    })
    if (!added.data) await rm(home, { recursive: true, force: true })
    return added
  }

  /** Runs on it go on from what they have; their files stay where they are. */
  remove(id: string): void {
    this.#data.delete(id)
    this.#ports.store.removeData(id)
  }

  /** Drops gathered files that neither the list nor a run (its data's folder) needs. */
  async tidy(id: string, folder: string, isUsed: boolean): Promise<void> {
    if (isUsed || this.#data.has(id) || !folder.startsWith(this.#ports.root + sep)) return
    const [uuid] = folder.slice(this.#ports.root.length + 1).split(sep)
    await rm(join(this.#ports.root, uuid), { recursive: true, force: true })
  }
}

/** Without a copy where the file system can. */
async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await link(from, to).catch(() => copyFile(from, to))
}

/** The path of a file in its folder, which it may not leave. */
function inside(name: string): string {
  const path = normalize(name)
  const parts = path.split(/[/\\]/)
  if (!isAbsolute(path) && !parts.includes('..') && parts.every((part) => safeName(part) === part))
    return path
  // A name that some file systems don't take is written otherwise; folders keep their meaning.
  return join(...parts.filter((part) => part !== '..' && part !== '').map(safeName))
}

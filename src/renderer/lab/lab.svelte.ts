/** The Lab as the window knows it: systems, data and runs, loaded when its page is first opened, then kept by events. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import type { AppApi, AppEvent, Output } from '../../contract/api.ts'
import type { DataProblem } from '../../contract/lab-jobs.ts'
import type { LabData, LabRun, LabSystem } from '../../contract/lab-run.ts'
import type { Host } from '../host/host.ts'
import type { Notices } from '../state/notices.ts'
import type { ChosenFolder } from './choose-folder.ts'
import { Draft } from './draft.svelte.ts'
import { LineCleaning } from './line-cleaning.svelte.ts'
import { ToolUse } from './tool-use.svelte.ts'

export type LabPorts = {
  host: Pick<Host, 'handOver' | 'chooseTarget' | 'download'>
  notices: Pick<Notices, 'done'>
  api(): AppApi
  /** Does it; what goes wrong becomes a notice. */
  attempt(action: () => Promise<unknown>): Promise<void>
}

export type LabExport = 'csv' | 'png' | 'zip'

export class Lab {
  systems = $state.raw<LabSystem[]>([])
  data = $state.raw<LabData[]>([])
  /** In the order in which they were asked for. */
  readonly runs = new SvelteMap<string, LabRun>()
  /** Runs to compare. */
  readonly compared = new SvelteSet<string>()
  loaded = $state(false)
  /** The run that is shown; null: a new one is put together. */
  shown = $state<string | null>(null)
  /** Text is made ready for OCR, instead of all that. */
  text = $state(false)
  /** What is wrong with the folder that was chosen last. */
  problems = $state.raw<DataProblem[]>([])
  /** Files handed over, of all, while a folder is on its way in. */
  bringing = $state.raw<{ done: number; all: number } | null>(null)
  /** The new run that is put together. */
  draft = $state.raw(new Draft(this))
  readonly line = new LineCleaning(this)
  readonly #tools = new Map<string, ToolUse>()
  readonly #ports: LabPorts

  constructor(ports: LabPorts) {
    this.#ports = ports
  }

  readonly run = $derived(this.shown === null ? null : (this.runs.get(this.shown) ?? null))
  readonly comparedRuns = $derived([...this.runs.values()].filter(({ id }) => this.compared.has(id)))

  get api(): AppApi {
    return this.#ports.api()
  }

  /** A run, or a new one. */
  show(id: string | null): void {
    this.compared.clear()
    this.text = false
    this.shown = id
  }

  /** What was and is done with a run, whether it is shown or not. */
  toolsOf(run: LabRun): ToolUse {
    const tools = this.#tools.get(run.id) ?? new ToolUse(this, run)
    this.#tools.set(run.id, tools)
    return tools
  }

  attempt(action: () => Promise<unknown>): Promise<void> {
    return this.#ports.attempt(action)
  }

  /** On the first look at the page, and after each new connection. */
  async load(): Promise<void> {
    await this.#ports.attempt(async () => {
      const { systems, data, runs } = await this.api.labState({})
      this.systems = systems
      this.data = data
      this.runs.clear()
      for (const run of runs) this.runs.set(run.id, run)
      this.loaded = true
    })
  }

  connected(): void {
    if (this.loaded) void this.load()
  }

  happened(event: AppEvent): void {
    if (!this.loaded) return
    if (event.type === 'lab-run') this.runs.set(event.run.id, event.run)
    if (event.type === 'lab-run-removed') this.#forget(event.id)
  }

  /** Gives the data that came of it, null where it can't be trained on: then `problems` say why. */
  async bring(chosen: ChosenFolder): Promise<LabData | null> {
    let added: Output<'addLabData'> | null = null
    this.problems = []
    await this.#ports.attempt(async () => {
      added =
        'path' in chosen ? await this.api.addLabData({ folder: chosen.path }) : await this.#gather(chosen)
      this.problems = added.problems
      this.data = (await this.api.labState({})).data
    })
    this.bringing = null
    return (added as Output<'addLabData'> | null)?.data ?? null
  }

  async removeData(id: string): Promise<void> {
    await this.#ports.attempt(async () => {
      await this.api.removeLabData({ id })
      this.data = this.data.filter((data) => data.id !== id)
    })
  }

  /** The next one is put together afresh. */
  async start(input: Parameters<AppApi['startLabRun']>[0]): Promise<void> {
    await this.#take(async () => {
      const started = await this.api.startLabRun(input)
      this.draft = new Draft(this)
      return started
    })
  }

  async pause(id: string): Promise<void> {
    await this.#take(() => this.api.pauseLabRun({ id }))
  }

  async resume(id: string, learningRate?: number): Promise<void> {
    await this.#take(() => this.api.resumeLabRun({ id, learningRate }))
  }

  async stop(id: string): Promise<void> {
    await this.#take(() => this.api.stopLabRun({ id }))
  }

  async remove(id: string): Promise<void> {
    await this.#ports.attempt(async () => {
      await this.api.removeLabRun({ id })
      this.#forget(id)
    })
  }

  /** Asks where to, in the desktop face; downloads in the browser. `measure`: what a picture of curves shows. */
  async save(runs: LabRun[], what: LabExport, measure?: string): Promise<void> {
    await this.#ports.attempt(async () => {
      const { host, notices } = this.#ports
      const name = `${runs.length === 1 ? runs[0]!.recipe.id : 'runs'}.${what}`
      const path = host.chooseTarget ? await host.chooseTarget(name) : null
      if (host.chooseTarget && path === null) return
      const ids = runs.map(({ id }) => id)
      // The system's dialog has asked before it gives a path that is there.
      const saved = await this.api.exportLabRuns({ ids, what, measure, path, overwrite: path !== null })
      if (saved.download !== null) await host.download(saved.download, name)
      else notices.done(`Saved ${saved.path}`)
    })
  }

  async #gather({ title, files }: Extract<ChosenFolder, { files: unknown }>): Promise<Output<'addLabData'>> {
    const handed: { path: string; name: string }[] = []
    for (const { file, name } of files) {
      this.bringing = { done: handed.length, all: files.length }
      handed.push({ path: await this.#ports.host.handOver(file), name })
    }
    return this.api.gatherLabData({ title, files: handed })
  }

  async #take(ask: () => Promise<{ run: LabRun }>): Promise<void> {
    await this.#ports.attempt(async () => {
      const { run } = await ask()
      // An event may have told more meanwhile.
      if (!this.runs.has(run.id)) this.runs.set(run.id, run)
      this.shown = run.id
    })
  }

  #forget(id: string): void {
    this.runs.delete(id)
    this.compared.delete(id)
    this.#tools.delete(id)
    if (this.shown === id) this.shown = null
  }
}

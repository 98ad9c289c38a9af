/** The Lab: systems, data and runs, behind the contract's methods. */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ParsedInput } from '../../contract/api.ts'
import { LimpidError } from '../../contract/errors.ts'
import type { NetworkDescription } from '../../contract/lab-jobs.ts'
import type { LabRun, LabSystem, SystemDescription } from '../../contract/lab-run.ts'
import { SAMPLES_FOLDER } from '../../contract/training.ts'
import type { Methods } from '../checked-api.ts'
import type { EngineProcess } from '../engine-process.ts'
import type { Events } from '../events.ts'
import { readError } from '../file-errors.ts'
import { safeName } from '../kept-pictures.ts'
import type { ModelSource } from '../step-models.ts'
import { LabDataSets } from './lab-data.ts'
import { exportRuns } from './lab-export.ts'
import { LabRuns } from './lab-runs.ts'
import type { LabStore } from './lab-store.ts'
import { prepareText } from './lab-text.ts'
import { runTool } from './lab-tools.ts'
import { recipeFor } from './recipe-for.ts'
import { readSystems } from './systems.ts'

type LabOptions = {
  store: LabStore
  events: Events
  engines: { training: EngineProcess; lab: EngineProcess }
  /** Of the zoo's recipes. */
  recipes: string
  /** Of runs and gathered data. */
  folder: string
  /** Files for a browser to fetch. */
  downloads: string
  /** Where finished models go. */
  modelsFolder: string
  /** Those that restore. */
  models: ModelSource
}

type LabMethods = Pick<
  Methods,
  Extract<keyof Methods, `${string}Lab${string}` | 'labState' | 'describeSystem'>
>

export class Lab {
  readonly runs: LabRuns
  readonly #data: LabDataSets
  readonly #options: LabOptions
  readonly #described = new Map<string, NetworkDescription>()
  readonly #downloads = new Map<string, string>()
  /** Tools at work, and on which run. */
  readonly #toolsAtWork = new Map<AbortController, string>()

  constructor(options: LabOptions) {
    const { store, events, engines, folder, modelsFolder } = options
    this.#options = options
    this.#data = new LabDataSets({ store, engine: engines.lab, root: join(folder, 'data') })
    const runsFolder = join(folder, 'runs')
    this.runs = new LabRuns({ store, events, engine: engines.training, runsFolder, modelsFolder })
    this.runs.load()
  }

  readonly methods: LabMethods = {
    labState: async () => ({
      systems: await readSystems(this.#options.recipes),
      data: this.#data.all,
      runs: this.runs.all,
    }),
    describeSystem: (choice) => this.#describe(choice),
    addLabData: ({ folder }) => this.#data.add(folder),
    gatherLabData: ({ title, files }) => this.#data.gather(title, files),
    removeLabData: async ({ id }) => {
      const { folder } = this.#data.get(id).findings
      this.#data.remove(id)
      await this.#tidy(id, folder)
      return {}
    },
    startLabRun: async (choice) => ({ run: await this.#start(choice) }),
    pauseLabRun: ({ id }) => ({ run: this.runs.pause(id) }),
    resumeLabRun: ({ id, learningRate }) => ({ run: this.runs.resume(id, learningRate) }),
    stopLabRun: ({ id }) => ({ run: this.runs.stop(id) }),
    removeLabRun: async ({ id }) => {
      const { data } = this.runs.get(id)
      await this.runs.remove(id)
      await this.#tidy(data.id, data.folder)
      return {}
    },
    useLabTool: (input) => this.#useTool(input),
    cancelLabTools: ({ id }) => {
      for (const [tool, run] of this.#toolsAtWork) if (run === id) tool.abort()
      return {}
    },
    prepareLabText: (input) => this.#prepareText(input),
    exportLabRuns: (input) => this.#export(input),
  }

  /** The file that `lab/runs/<id>/<sample>` or `lab/exports/<id>/<name>` names; null: none of ours. */
  media(path: string): string | null {
    const [, room, id, ...rest] = path.split('?')[0].split('/')
    if (room === 'exports') return this.#downloads.get(id) ?? null
    const run = room === 'runs' ? this.runs.all.find((one) => one.id === id) : undefined
    const known = run?.validations.find(({ samples }) => samples === ['lab/runs', id, ...rest].join('/'))
    if (!run || !known) return null
    return join(this.runs.folder(id), SAMPLES_FOLDER, basename(decodeURIComponent(rest.join('/'))))
  }

  async #system(id: string): Promise<LabSystem> {
    const system = (await readSystems(this.#options.recipes)).find((one) => one.id === id)
    if (system) return system
    throw new LimpidError('bad-request', `There is no system "${id}".`, { hint: 'Choose one of the list.' })
  }

  async #describe(choice: ParsedInput<'describeSystem'>): Promise<SystemDescription> {
    const system = await this.#system(choice.system)
    const data = choice.data === null ? null : this.#data.get(choice.data)
    const recipe = recipeFor(system, data, choice.settings, system.id)
    if (recipe.task !== 'autoencode' && recipe.task !== 'segment') throw new Error(recipe.task)
    const { name, parameters } = recipe.architecture
    const [height, width, channels] =
      recipe.task === 'segment'
        ? [recipe.data.height, recipe.data.width, 0]
        : recipe.data.kind === 'mnist'
          ? [28, 28, 1]
          : [recipe.data.size, recipe.data.size, recipe.data.channels]
    const own = channels === 0 ? {} : { picture: [height, width, channels] }
    const input = { architecture: { name, parameters: { ...parameters, ...own } }, height, width }
    const training = recipe.training.method === 'gradient' ? recipe.training : null
    const key = JSON.stringify(input)
    const network =
      this.#described.get(key) ?? (await this.#options.engines.lab.run('describeNetwork', input))
    this.#described.set(key, network)
    return { ...network, training }
  }

  async #start({ system: id, data: dataId, settings }: ParsedInput<'startLabRun'>): Promise<LabRun> {
    const system = await this.#system(id)
    const data = this.#data.get(dataId)
    // A network that can't be built on these pictures is told now, not when its turn comes.
    await this.#describe({ system: id, data: dataId, settings })
    const models = await this.#modelNames()
    const taken = new Set([...models, ...this.runs.all.map(({ recipe }) => recipe.id)])
    let number = 1
    while (taken.has(`${id}-${number}`)) number++
    const title = settings.title ?? `${system.title}, ${data.title}${number > 1 ? ` ${number}` : ''}`
    const recipe = recipeFor(system, data, { ...settings, title: title.slice(0, 80) }, `${id}-${number}`)
    return this.runs.add({
      id: randomUUID(),
      title: recipe.title,
      system: id,
      recipe,
      data: { id: data.id, title: data.title, folder: data.findings.folder },
      state: 'queued',
      progress: null,
      step: 0,
      steps: null,
      curve: [],
      validations: [],
      best: null,
      error: null,
      model: null,
      seconds: 0,
      created: Date.now(),
    })
  }

  /** Ids of models and names of their folders: a model stays when its run is removed, and no run may write over it. */
  async #modelNames(): Promise<string[]> {
    const { models, modelsFolder } = this.#options
    const folders = await readdir(modelsFolder).catch((error) => {
      if (error.code === 'ENOENT') return []
      throw readError(error, modelsFolder)
    })
    return [...folders, ...(await models.list()).models.map((model) => model.id)]
  }

  async #export({ ids, what, measure, path, overwrite }: ParsedInput<'exportLabRuns'>) {
    const runs = ids.map((id) => this.runs.get(id))
    const name = `${safeName(runs.length === 1 ? runs[0].recipe.id : 'runs')}.${what}`
    const id = randomUUID()
    const target = path ?? join(this.#options.downloads, id, name)
    await exportRuns(runs, { what, measure, path: target, overwrite }, this.#options.engines.lab)
    if (path !== null) return { path, download: null }
    return { path: target, download: this.#show(id, target) }
  }

  async #useTool({ id, tool, data, fit, items }: ParsedInput<'useLabTool'>) {
    const run = this.runs.get(id)
    const pictures = data === null ? null : this.#data.get(data)
    const atWork = new AbortController()
    const { lab } = this.#options.engines
    const engine: Pick<EngineProcess, 'run'> = {
      run: (kind, input) => lab.run(kind, input, { signal: atWork.signal }),
    }
    this.#toolsAtWork.set(atWork, id)
    try {
      const file = randomUUID()
      const path = join(await this.#makeFolder(file), `${tool}.png`)
      const made = await runTool({ tool, run, data: pictures, fit, items, path, engine })
      return { picture: this.#show(file, path), ...made }
    } finally {
      this.#toolsAtWork.delete(atWork)
    }
  }

  async #prepareText(input: ParsedInput<'prepareLabText'>) {
    const [id, second] = [randomUUID(), randomUUID()]
    const { models, engines } = this.#options
    const made = await prepareText(input, await this.#makeFolder(id), models, engines.lab)
    return { ...made, noisy: this.#show(id, made.noisy), cleaned: this.#show(second, made.cleaned) }
  }

  async #makeFolder(id: string): Promise<string> {
    const folder = join(this.#options.downloads, id)
    await mkdir(folder, { recursive: true })
    return folder
  }

  /** The media path of a file that was made here. */
  #show(id: string, file: string): string {
    this.#downloads.set(id, file)
    return `lab/exports/${id}/${encodeURIComponent(basename(file))}`
  }

  async #tidy(dataId: string, folder: string): Promise<void> {
    const isUsed = this.runs.all.some(({ data }) => data.folder === folder)
    await this.#data.tidy(dataId, folder, isUsed)
  }

  /** Downloads live as long as the app. */
  async close(engines: Promise<unknown>): Promise<void> {
    await this.runs.close(engines)
    const folders = [...this.#downloads.keys()].map((id) => join(this.#options.downloads, id))
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
  }
}

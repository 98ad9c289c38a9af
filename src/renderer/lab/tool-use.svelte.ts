/** Using tools on a run: which one, on which pictures, and what came of it. */
import { SvelteMap } from 'svelte/reactivity'
import { toErrorData } from '../../contract/errors.ts'
import { LAB_TOOL_DIGITS, type LabRun, type LabTool, type LabToolResult } from '../../contract/lab-run.ts'
import type { Lab } from './lab.svelte.ts'
import { TOOLS } from './tools.ts'

export class ToolUse {
  toolId = $state<LabTool>('anomalies')
  working = $state(false)
  /** Places of pictures in the data, from 0, as they were last said. */
  places = $state.raw<readonly number[]>([0, 1])
  #chosen = $state<string | null>(null)
  readonly #results = new SvelteMap<string, LabToolResult>()
  readonly #lab: Pick<Lab, 'data' | 'api' | 'attempt'>
  readonly #run: LabRun

  constructor(lab: Pick<Lab, 'data' | 'api' | 'attempt'>, run: LabRun) {
    this.#lab = lab
    this.#run = run
  }

  // Getters, not $derived: a derived ends with the component that made it, and this stays for the next one.

  get tool() {
    return TOOLS.find(({ id }) => id === this.toolId)!
  }

  /** What tools can be used on. */
  get data() {
    return this.#lab.data.filter(({ findings }) => findings.kind === 'mnist' || findings.kind === 'pictures')
  }

  get dataset() {
    const wanted = this.#chosen ?? this.#run.data.id
    return this.data.find(({ id }) => id === wanted) ?? this.data[0] ?? null
  }

  /** Pictures to ask for by number. */
  get count() {
    return this.dataset?.findings.kind === 'mnist' ? LAB_TOOL_DIGITS : (this.dataset?.findings.count ?? 0)
  }

  get ready() {
    return !this.working && (this.dataset !== null || !this.tool.takesPictures)
  }

  /** The last one of this tool on these pictures. */
  get result() {
    return this.#results.get(this.#key()) ?? null
  }

  take(dataId: string): void {
    this.#chosen = dataId
  }

  /** @param number from 1 */
  ask(i: number, number: number | undefined): void {
    this.places = this.places.map((place, at) => (at === i ? (number ?? at + 1) - 1 : place))
  }

  /** Those like that one. */
  async similarTo(place: number): Promise<void> {
    if (!this.ready) return
    this.toolId = 'similar'
    this.ask(0, place + 1)
    await this.use()
  }

  async use(): Promise<void> {
    if (!this.ready) return
    this.working = true
    const { tool, dataset } = this
    const key = this.#key()
    const { recipe } = this.#run
    const own = recipe.task === 'autoencode' && recipe.data.kind === 'pictures' ? recipe.data.fit : undefined
    const asking = this.#lab.api.useLabTool({
      id: this.#run.id,
      tool: tool.id,
      data: tool.takesPictures ? dataset!.id : null,
      fit: own ?? 'crop',
      items: this.places.slice(0, tool.asks.length).map((place) => Math.min(place, this.count - 1)),
    })
    await this.#lab.attempt(async () => {
      const result = await asking.catch(unlessStopped)
      if (result) this.#results.set(key, result)
    })
    this.working = false
  }

  /** Ends what is at work. */
  async stop(): Promise<void> {
    await this.#lab.attempt(() => this.#lab.api.cancelLabTools({ id: this.#run.id }))
  }

  #key(): string {
    return this.tool.takesPictures ? `${this.toolId} ${this.dataset?.id}` : this.toolId
  }
}

/** What the user stopped is no error. */
function unlessStopped(thrown: unknown): null {
  if (toErrorData(thrown).code === 'cancelled') return null
  throw thrown
}

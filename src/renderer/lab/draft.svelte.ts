/** A run that is being put together: system, data, and what is changed of the recipe. */
import { type ErrorData, toErrorData } from '../../contract/errors.ts'
import type { NetworkDescription } from '../../contract/lab-jobs.ts'
import type { LabData, LabSettings, LabSystem } from '../../contract/lab-run.ts'
import type { GradientTraining } from '../../contract/recipe-parts.ts'
import type { Lab } from './lab.svelte.ts'

export class Draft {
  systemId = $state<string | null>(null)
  /** Data, as it was chosen: it may have been taken off the list since, or not suit the system. */
  #chosen = $state<string | null>(null)
  /** Changed by hand; what is absent is as the recipe has it. */
  settings = $state.raw<LabSettings>({})
  network = $state.raw<NetworkDescription | null>(null)
  /** How it would learn from that data; null: not told yet, or not by steps. */
  training = $state.raw<GradientTraining | null>(null)
  problem = $state.raw<ErrorData | null>(null)
  starting = $state(false)
  readonly #lab: Lab
  #asked = 0

  constructor(lab: Lab) {
    this.#lab = lab
  }

  readonly system = $derived.by(() => this.#lab.systems.find(({ id }) => id === this.systemId) ?? null)
  /** What the system can learn from. */
  readonly suitable = $derived.by(() =>
    this.#lab.data.filter((data) => this.system && fits(this.system, data)),
  )
  /** What was chosen, or else the first that suits. */
  readonly data = $derived(this.suitable.find(({ id }) => id === this.#chosen) ?? this.suitable[0] ?? null)
  /** Side of what the network sees, px: width and height. */
  readonly seen = $derived(this.system ? seenBy(this.system, this.data, this.settings) : null)
  /** Pictures of another shape than the network's: crop or resize them? */
  readonly others = $derived.by(() => {
    if (!this.data || !this.seen || this.data.findings.kind === 'mnist') return []
    const { width, height } = this.seen
    return this.data.findings.sizes.filter((size) => size.width !== width || size.height !== height)
  })
  readonly asksFit = $derived(this.others.length > 0 && this.settings.fit === undefined)
  readonly ready = $derived(
    this.data !== null && this.system !== null && !this.asksFit && !this.problem && !this.starting,
  )

  choose(system: LabSystem): void {
    this.systemId = system.id
    this.training = null
    this.settings = {}
  }

  learnFrom(dataId: string): void {
    this.#chosen = dataId
  }

  set(changes: LabSettings): void {
    this.settings = { ...this.settings, ...changes }
  }

  /** Asks what the network is like now. The newest question counts. */
  async describe(): Promise<void> {
    const { systemId, asksFit } = this
    if (systemId === null) return
    const asked = ++this.#asked
    const settings = asksFit ? { ...this.settings, fit: 'crop' as const } : this.settings
    try {
      const { training, ...network } = await this.#lab.api.describeSystem({
        system: systemId,
        data: this.data?.id ?? null,
        settings,
      })
      if (asked === this.#asked) Object.assign(this, { network, training, problem: null })
    } catch (thrown) {
      if (asked === this.#asked) this.problem = toErrorData(thrown)
    }
  }

  async start(): Promise<void> {
    if (!this.ready) return
    this.starting = true
    await this.#lab.start({ system: this.systemId!, data: this.data!.id, settings: this.settings })
    this.starting = false
  }
}

function fits({ recipe }: LabSystem, { findings }: LabData): boolean {
  const isMarked = findings.kind === 'masks' || findings.kind === 'labels'
  if (recipe.task !== 'segment') return !isMarked
  return isMarked && !(recipe.loss.kind === 'mse' && findings.kind === 'masks')
}

function seenBy({ recipe }: LabSystem, data: LabData | null, { size }: LabSettings) {
  if (recipe.task === 'segment')
    return { width: size ?? recipe.data.width, height: size ?? recipe.data.height }
  if (!data || data.findings.kind === 'mnist') return { width: 28, height: 28 }
  const [first] = data.findings.sizes
  const side = size ?? Math.min(64, first?.width ?? 64, first?.height ?? 64)
  return { width: side, height: side }
}

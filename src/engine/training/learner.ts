/** What the training loop trains: a network, where its batches come from, what is wrong with it, and how good it is. */
import type { OptimizerSpec } from '../../contract/recipe-parts.ts'
import type { Figures } from '../../contract/training.ts'
import type { tf } from '../tf.ts'
import type { Cycle } from './learning-rate.ts'

/** `B` is one batch, made ahead in ordinary memory: the tensors are `loss`'s own. */
export type Learner<B> = {
  /** Its weights are what is trained, averaged (`ema`), kept in checkpoints and given back at the end. */
  model: tf.LayersModel
  /**
   * The batches of the steps from `first` (from 0) on, in order; it may end behind the last step or go on for ever. A
   * batch must be a function of the recipe and its step alone: that is what makes a resumed run go on bit for bit.
   */
  batches(first: number): AsyncIterable<B> | Iterable<B>
  /**
   * The loss of the batch, run on the tape: with `training: true` for the network, in differentiable ops. Tensors made
   * here are disposed of by the loop. Layers of tfjs's `Dropout` are seeded by the loop, anew for each step.
   */
  loss(batch: B): tf.Scalar
  /** Pixels of the batch, for the speed that is shown. */
  pixels(batch: B): number
  /** Measures the network as it is on pictures kept apart. The same at every call with the same weights. */
  validate(): Promise<Validation>
  /** Writes `step-000123.png` or the like into the folder (it is there), of what the network does; gives the path. */
  samples?(folder: string, step: number): Promise<string>
  /** A fingerprint of the pictures that are trained on and kept apart: a run goes on with the same alone. */
  data?: string
  /** The id of the model that it starts from; absent: random weights. */
  parent?: string
  /** Frees the network and what else was made for it; absent: disposing of the model is enough. */
  dispose?(): void
  /** The work of the first `step` steps, in any unit; absent where every step is alike. */
  work?(step: number): number
}

export type Validation = {
  /** By name, unit included, as curves and tables show them: { 'PSNR at σ 25 (dB)': 31.2 }. */
  figures: Figures
  /** Higher is better; picks the best checkpoint. */
  score: number
}

export type Schedule = {
  steps: number
  optimizer: OptimizerSpec
  /** Of the learning rate; absent: one, of all steps. */
  cycles?: readonly Cycle[]
  /** Steps from one validation and checkpoint to the next; the last step has one in any case. */
  everySteps: number
  seed: number
}

/** What a recipe comes to: something to train, for so long, and how the finished model is written. */
export type Course<B> = {
  learner: Learner<B>
  schedule: Schedule
  /**
   * Writes the model folder, from `learner.model` as it is. Where that takes long, `step` is called now and then with what
   * is being done; it lets messages in, and what it throws (`cancelled`) ends the saving before anything is written.
   */
  save(modelFolder: string, step?: (label: string) => Promise<void>): Promise<void>
}

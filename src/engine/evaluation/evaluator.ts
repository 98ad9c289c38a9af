import type { Evaluation, EvaluationTask, PictureFigures } from '../../contract/evaluation.ts'
import type { TaskOptions } from '../tasks/tiled.ts'

/** One thing to measure on: a picture, or a pair of them (as it is, and as it should be). */
export type TestCase = { name: string; files: string[] }

export type Measured = Omit<PictureFigures, 'name'> & {
  /** Of the result. */
  pixels: number
}

/** How models of one kind are measured: which pictures, and what is done with each. */
export type Evaluator<T extends EvaluationTask> = {
  find(input: InputOf<T>): Promise<TestCase[]>
  /** Without a model (`options` null) what it is compared with is measured. `index` seeds what is drawn. */
  measure(
    testCase: TestCase,
    index: number,
    input: InputOf<T>,
    options: TaskOptions | null,
  ): Promise<Measured>
}

type InputOf<T> = Extract<Evaluation, { task: T }>

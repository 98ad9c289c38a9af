/** Whether a run in a folder may go on: with the recipe and the pictures that it was begun with. */
import { isDeepStrictEqual } from 'node:util'
import { LimpidError } from '../../contract/errors.ts'
import type { Recipe } from '../../contract/recipe.ts'

/** What a run may go on with otherwise: how long it learns and how fast, when it is measured, and what cards say. */
const MAY_CHANGE = new Set([
  ...['stages', 'training', 'optimizer', 'removeDeadUnits'],
  ...['version', 'title', 'licence', 'provenance', 'everySteps'],
])

export function requireSameRecipe(earlier: Recipe, recipe: Recipe, runFolder: string): void {
  const changed = differences(earlier, recipe)
  if (changed.length === 0) return
  const message = `${runFolder} holds a run of another recipe: it differs in ${changed.join(', ')}.`
  throw new LimpidError('recipe-invalid', message, {
    file: runFolder,
    hint: 'Name another folder with --run, or remove that one.',
  })
}

/** "architecture", "data.train": what decides what a model becomes. */
function differences(one: object, other: object): string[] {
  const [a, b] = [one, other] as Record<string, unknown>[]
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !MAY_CHANGE.has(key))
  const isGroup = (key: string) => key === 'data' || key === 'validation'
  return keys.flatMap((key) => {
    if (isDeepStrictEqual(a[key], b[key])) return []
    if (!isGroup(key)) return [key]
    return differences(a[key] as object, b[key] as object).map((inside) => `${key}.${inside}`)
  })
}

/** A run that was begun before there were fingerprints is believed. */
export const isSameData = (earlier: string | undefined, data: string | undefined) =>
  earlier === undefined || earlier === data

/** What was learned from must not be validated on. */
export function requireSameData(
  earlier: string | undefined,
  data: string | undefined,
  runFolder: string,
): void {
  if (isSameData(earlier, data)) return
  throw new LimpidError('data-missing', 'The training pictures are not those that this run began with.', {
    file: runFolder,
    hint: 'Put them back as they were, or begin a new run in another folder.',
  })
}

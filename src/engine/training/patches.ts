/** Batches of training pairs, cut from the dataset. Batch n is a pure function of the recipe and n. */
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import { degrade } from '../degradations/index.ts'
import { type Random, random } from '../random.ts'
import { type Batch, batchOf, type Pair } from './batch.ts'
import { cut, drawView } from './cut.ts'
import type { TrainingPicture } from './dataset.ts'

/** Null behind the last step. */
export async function makeBatch(
  recipe: RestorationRecipe,
  pictures: readonly TrainingPicture[],
  step: number,
): Promise<Batch | null> {
  const stage = stageOf(recipe, step)
  if (!stage) return null
  const draw = random(recipe.seed, step, 1)
  const areas = cumulativeAreas(pictures)
  const pairs: Pair[] = []
  for (let i = 0; i < stage.batch; i++) {
    pairs.push(await makePair(recipe, pickByArea(pictures, areas, draw), stage.patch, draw))
  }
  return batchOf(recipe.task, step, pairs)
}

/** The stage of the recipe that step `step` (from 0) belongs to, or null behind the last. */
function stageOf(recipe: Pick<RestorationRecipe, 'stages'>, step: number) {
  let first = 0
  for (const stage of recipe.stages) {
    if (step < first + stage.steps) return stage
    first += stage.steps
  }
  return null
}

async function makePair(
  recipe: RestorationRecipe,
  picture: TrainingPicture,
  patch: number,
  draw: Random,
): Promise<Pair> {
  const grey = draw.uniform() < recipe.greyShare
  const view = drawView(picture, patch, recipe, draw)
  const clean = cut(picture, picture.samples, view, patch, grey)
  if (!picture.degraded || draw.uniform() < recipe.data.syntheticShare) {
    return { clean, degraded: await degrade(clean, recipe.degradations, draw) }
  }
  const found = cut(picture, picture.degraded, view, patch, grey)
  return { clean, degraded: await degrade(found, recipe.pairDegradations, draw) }
}

function cumulativeAreas(pictures: readonly TrainingPicture[]): number[] {
  let sum = 0
  return pictures.map(({ width, height }) => {
    sum += width * height
    return sum
  })
}

function pickByArea(pictures: readonly TrainingPicture[], areas: number[], draw: Random): TrainingPicture {
  const at = draw.uniform() * areas[areas.length - 1]
  return pictures[areas.findIndex((area) => at < area)]
}

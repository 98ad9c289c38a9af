import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '../../contract/model.ts'
import { OPTIMIZER_NAMES } from '../../contract/recipe-parts.ts'
import { type RestorationRecipe, restorationRecipeSchema } from '../../contract/restoration-recipe.ts'
import type { TrainedTask } from '../../contract/step.ts'
import { describeDegradations } from '../degradations/describe.ts'

/** Writes `card.md`: what a person should know before they use the model (Mitchell et al. 2019, "Model Cards"). */
export async function writeCard(folder: string, manifest: Manifest): Promise<void> {
  const recipe = restorationRecipeSchema.parse(manifest.recipe) // a shipped one may be older than a field
  const steps = recipe.stages.map(
    ({ steps, patch, batch, restart }) =>
      `${steps} steps of ${batch} patches of ${patch}² px${restart ? ` from ${restart} of the learning rate on` : ''}`,
  )
  const quality = manifest.quality.map(
    ({ what, value, unit, command }) => `| ${what} | ${value} ${unit} | \`${command}\` |`,
  )
  const text = `# ${manifest.title} (\`${manifest.id}\` ${manifest.version})

| | |
|---|---|
| Task | ${manifest.task}: ${TASKS[recipe.task].what} |
| Network | ${manifest.architecture.name} ${JSON.stringify(manifest.architecture.parameters)} |
| Size | ${manifest.parameterCount} parameters |
| Cost | ${manifest.megaMacsPerPixel} million multiply-accumulates a pixel |
| Trained on | ${manifest.provenance} |
| With | ${patchesOf(recipe)} |
| Schedule | ${steps.join(', then ')}; ${recipe.loss.toUpperCase()} loss, ${OPTIMIZER_NAMES[recipe.optimizer.kind]} ${recipe.optimizer.learningRate} with ${recipe.optimizer.decay === 'none' ? 'no' : 'cosine'} decay |
| Licence of the weights | ${manifest.licence} |
| Started from | ${recipe.init ?? 'random weights'} |
| Parent | ${manifest.parent ?? 'none'} |
| Specialists | ${specialistsOf(manifest)} |

## Measured

${quality.length > 0 ? ['| what | value | command |', '|---|---|---|', ...quality].join('\n') : 'Nothing yet, or as part of the model whose folder it lies in.'}

## Limits

${TASKS[recipe.task].limits}
`
  await writeFile(path.join(folder, 'card.md'), text)
}

/** How what the network is given is made of the pictures. */
function patchesOf({ data, degradations, pairDegradations, zoom, upright, greyShare }: RestorationRecipe) {
  const drawn = describeDegradations(degradations)
  const found = pairDegradations.length > 0 ? `, then ${describeDegradations(pairDegradations)}` : ''
  const ofPairs = `${percent(1 - data.syntheticShare)} of the pairs as they were found${found}; the other patches: ${drawn}`
  return [
    data.pairs.length > 0 ? ofPairs : drawn,
    ...(zoom ? [`patches resampled by ${zoom.join(' to ')}`] : []),
    ...(upright ? ['none of them turned or mirrored'] : []),
    `${percent(greyShare)} of the patches grey`,
  ].join('; ')
}

const percent = (share: number) => `${Math.round(100 * share)} %`

function specialistsOf({ specialists = {} }: Manifest): string {
  const named = Object.entries(specialists).map(
    ([what, folder]) => `[${folder}](${folder}/card.md) for ${what}`,
  )
  return named.join(', ') || 'none'
}

const TASKS: Record<TrainedTask, { what: string; limits: string }> = {
  denoise: {
    what: 'takes noise out, blind to its level, in colour and grey',
    limits: `What is known of a real camera's grain comes from a simulated one, so that of an unusual sensor or a heavily processed
photo may be removed in part only. Fine textures (hair, grass, fabric) lose some detail at high noise.`,
  },
  'jpeg-repair': {
    what: 'takes blocks and ringing out, blind to the quality that was saved at',
    limits: `What the JPEG threw away is guessed, not found. Newer formats (WebP, AVIF, HEIC) fail in other ways, which
were not trained on.`,
  },
  upscale: {
    what: 'enlarges, as bicubic interpolation and a predicted residual',
    limits: `Made for pictures that were made small by bicubic interpolation: a sharp edge gets sharper, but noise and JPEG
blocks are enlarged too. Clean those first. Detail that is not there is not invented.`,
  },
  'document-clean': {
    what: 'page in, clean grey page out',
    limits: `Made for ink on paper. Photographs and tinted areas on the page are taken for stains.`,
  },
  inpaint: {
    what: 'fills what a mask names',
    limits: `Made for scratches and small holes: a large one is filled smoothly, without invented content.`,
  },
  'find-scratches': {
    what: 'picture in, out how sure each pixel is part of a scratch, hair or speck, 0..1',
    limits: `Learned from drawn scratches: wires, masts and single hairs of a person look like them.`,
  },
  colourise: {
    what: 'grey in, colours out; the lightness stays as it was',
    limits: `The colours are plausible, not true, and cautious: what could have many colours comes out pale.`,
  },
}

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '../../contract/model.ts'
import type { RestorationRecipe } from '../../contract/restoration-recipe.ts'
import { describeDegradations } from '../degradations/describe.ts'

/** Writes `card.md`: what a person should know before they use the model (Mitchell et al. 2019, "Model Cards"). */
export async function writeCard(folder: string, manifest: Manifest): Promise<void> {
  const recipe = manifest.recipe as RestorationRecipe
  const steps = recipe.stages.map(
    ({ steps, patch, batch }) => `${steps} steps of ${batch} patches of ${patch}² px`,
  )
  const noise = describeDegradations(recipe.degradations)
  const quality = manifest.quality.map(
    ({ what, value, unit, command }) => `| ${what} | ${value} ${unit} | \`${command}\` |`,
  )
  const text = `# ${manifest.title} (\`${manifest.id}\` ${manifest.version})

| | |
|---|---|
| Task | ${manifest.task}, blind to the noise level, colour and grey |
| Network | ${manifest.architecture.name} ${JSON.stringify(manifest.architecture.parameters)} |
| Size | ${manifest.parameterCount} parameters |
| Cost | ${manifest.megaMacsPerPixel} million multiply-accumulates a pixel |
| Trained on | ${manifest.provenance} |
| With | ${noise}; ${Math.round(100 * recipe.greyShare)} % of the patches grey |
| Schedule | ${steps.join(', then ')}; ${recipe.loss.toUpperCase()} loss, Adam ${recipe.optimizer.learningRate} with cosine decay |
| Licence of the weights | ${manifest.licence} |
| Parent | ${manifest.parent ?? 'none: trained from scratch'} |

## Measured

${quality.length > 0 ? ['| what | value | command |', '|---|---|---|', ...quality].join('\n') : 'Not yet.'}

## Limits

Trained on white Gaussian noise: the grain of a real camera, which is correlated between pixels and channels, is
removed in part only. Fine textures (hair, grass, fabric) lose some detail at high noise.
`
  await writeFile(path.join(folder, 'card.md'), text)
}

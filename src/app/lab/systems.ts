import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LimpidError } from '../../contract/errors.ts'
import type { LabSystem } from '../../contract/lab-run.ts'
import { recipeSchema } from '../../contract/recipe.ts'
import { ZOO } from '../../contract/zoo.ts'
import { readError } from '../file-errors.ts'

/** The recipes in `folder`, in the order of the zoo; those that are not in it come after. Throws `recipe-invalid`. */
export async function readSystems(folder: string): Promise<LabSystem[]> {
  const names = await readdir(folder).catch((cause) => {
    throw readError(cause, folder)
  })
  const files = names.filter((name) => name.endsWith('.json')).sort()
  const all = await Promise.all(files.map((name) => readSystem(join(folder, name))))
  // Restoration is taught elsewhere: it wants pairs or degradations, not these settings.
  const systems = all.filter(({ recipe }) => recipe.task === 'autoencode' || recipe.task === 'segment')
  const order = new Map(ZOO.map(({ recipe }, i) => [recipe, i]))
  const place = ({ id }: LabSystem) => order.get(id) ?? ZOO.length
  return systems.sort((a, b) => place(a) - place(b))
}

async function readSystem(file: string): Promise<LabSystem> {
  try {
    const recipe = recipeSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    const title = ZOO.find((system) => system.recipe === recipe.id)?.title ?? recipe.title
    return { id: recipe.id, title, recipe }
  } catch (cause) {
    throw new LimpidError('recipe-invalid', `The recipe ${file} cannot be read: ${String(cause)}`, {
      hint: 'Put the file there again.',
      file,
      cause,
    })
  }
}

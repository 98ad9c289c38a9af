/**
 * The models there are: a folder each, shipped with Limpid or the user's own. The folders are read anew each time, so
 * that a model just trained is there. The engine checks the weights' hashes when it loads them.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LimpidError } from '../contract/errors.ts'
import { type ModelSummary, manifestSchema, modelSummarySchema } from '../contract/model.ts'

export type ModelFolders = { shipped: string; user: string }

/** Models by id; of two with the same id the user's. A damaged one is listed nowhere and reported in `errors`. */
export async function listModels(
  folders: ModelFolders,
): Promise<{ models: ModelSummary[]; errors: LimpidError[] }> {
  const byId = new Map<string, ModelSummary>()
  const errors: LimpidError[] = []
  for (const [root, shipped] of [
    [folders.shipped, true],
    [folders.user, false],
  ] as const) {
    for (const folder of await subfolders(root)) {
      try {
        const model = await readModel(folder, shipped)
        if (model) byId.set(model.id, model)
      } catch (thrown) {
        errors.push(damaged(folder, thrown))
      }
    }
  }
  return { models: [...byId.values()].sort((a, b) => a.id.localeCompare(b.id)), errors }
}

/** Fails with `model-unknown`, which names the models that there are. */
export async function findModel(folders: ModelFolders, id: string): Promise<ModelSummary> {
  const { models, errors } = await listModels(folders)
  const model = models.find((model) => model.id === id)
  if (model) return model
  // A model's folder bears its id: then "damaged" says more than "unknown".
  const broken = errors.find(({ file }) => file && basename(dirname(file)) === id)
  if (broken) throw broken
  const known = models.map((model) => model.id).join(', ')
  const hint = known ? `Models there are: ${known}.` : `There are no models in ${folders.shipped}.`
  throw new LimpidError('model-unknown', `There is no model "${id}".`, { hint })
}

async function subfolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => !entry.name.startsWith('.')).map((entry) => join(root, entry.name))
}

/** null: the folder holds no manifest, so it is no model. */
async function readModel(folder: string, shipped: boolean): Promise<ModelSummary | null> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch((error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw error
  })
  if (text === null) return null
  return modelSummarySchema.parse({ ...manifestSchema.parse(JSON.parse(text)), folder, shipped })
}

function damaged(folder: string, cause: unknown): LimpidError {
  const file = join(folder, 'manifest.json')
  const why = (cause as { issues?: { path: PropertyKey[]; message: string }[] }).issues
    ?.map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ')
  const message = `The model in ${folder} is damaged: ${why ?? (cause as Error).message}`
  return new LimpidError('model-damaged', message, { hint: 'Put its folder there again.', file, cause })
}

/** What `limpid zoo` has measured so far: kept beside the models, so that a run in parts makes one report. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { figuresSchema } from '../../contract/training.ts'

const resultSchema = z.object({
  parameterCount: z.int(),
  /** Of training, s. */
  seconds: z.number(),
  steps: z.int(),
  figures: figuresSchema,
  /** Pictures measured on. */
  count: z.int(),
  backend: z.string(),
})
export type ZooResult = z.infer<typeof resultSchema>

const resultsSchema = z.record(z.string(), resultSchema)
/** By recipe id. */
export type ZooResults = z.infer<typeof resultsSchema>

const FILE = 'zoo.json'

export async function readResults(folder: string): Promise<ZooResults> {
  const text = await readFile(path.join(folder, FILE), 'utf8').catch(() => '{}')
  try {
    return resultsSchema.parse(JSON.parse(text))
  } catch {
    return {} // another version's: measured anew
  }
}

export async function writeResults(folder: string, results: ZooResults): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, FILE)
  await writeFile(`${file}.tmp`, `${JSON.stringify(results, null, 1)}\n`)
  await rename(`${file}.tmp`, file)
}

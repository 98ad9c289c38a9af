/** How fast the backends of this machine are on models: what is measured, and what comes of it. */
import { z } from 'zod'
import { backendNameSchema } from './backend.ts'

export const benchSchema = z.object({
  /** Of the models. */
  folders: z.array(z.string()).min(1),
  /** Only what takes about a minute a model. */
  quick: z.boolean(),
})

const benchResultSchema = z.object({
  backend: backendNameSchema,
  /** Its time to that of the backend that Limpid chooses: the median of the ratios of each round. */
  ratio: z.number().nullable(),
  /** Median, ms; null where it was not measured. */
  ms: z.number().nullable(),
  /** Million pixels a second. */
  megapixelsPerSecond: z.number().nullable(),
  /** Every run, ms. */
  runs: z.array(z.number()),
  /** Why it was not measured, in a sentence. */
  problem: z.string().nullable(),
})

const benchMeasurementSchema = z.object({
  model: z.string(),
  /** "256²", "1024²", "training step". */
  work: z.string(),
  results: z.array(benchResultSchema),
})
export type BenchMeasurement = z.infer<typeof benchMeasurementSchema>

export const benchedSchema = z.object({
  /** The backend that Limpid chooses, beside which the others are put. */
  reference: backendNameSchema,
  backends: z.array(
    z.object({ name: backendNameSchema, device: z.string(), problem: z.string().nullable() }),
  ),
  measurements: z.array(benchMeasurementSchema),
})

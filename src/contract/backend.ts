/** Compute backends, as the doctor and the status bar show them. */
import { z } from 'zod'

/** Best first. */
export const BACKENDS = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const
export const backendNameSchema = z.enum(BACKENDS)
export type BackendName = z.infer<typeof backendNameSchema>

export const backendReportSchema = z.object({
  name: backendNameSchema,
  usable: z.boolean(),
  /** "TensorFlow 2.21 on the CPU (oneDNN)", a GPU's name, … */
  device: z.string(),
  /** Why it can't be used and what to do, in one sentence each; null when it is usable. */
  problem: z.string().nullable(),
  remedy: z.string().nullable(),
  /** Trying it ended its process, or got no answer out of it. */
  died: z.boolean().optional(),
  /** Of a 3×3 convolution forward, GFLOP/s; null where not measured. */
  gigaflops: z.number().nullable(),
  /** Of a training step (forward, gradient, update), GFLOP/s; absent where not measured. */
  trainingGigaflops: z.number().optional(),
  /** Start and probe, ms. */
  startMs: z.number().nullable(),
  /** What it has to compute in, bytes: the GPU's memory, the computer's, 4 GB of WebAssembly. Absent where unknown. */
  memory: z.number().optional(),
  /** Of the GPU that it runs on, with what it brings: "NVIDIA driver 550.54, CUDA up to 12.4". */
  driver: z.string().optional(),
  /** What a usable backend could do better and how: a GPU that it does not use, say. One or two sentences. */
  note: z.string().optional(),
})
export type BackendReport = z.infer<typeof backendReportSchema>

/** The backend in use, and in `passedOver` each better one with why it was not taken. */
export const backendChoiceSchema = z.object({
  name: backendNameSchema,
  device: z.string(),
  /** Tiles and pictures that are computed at a time, each on a core of its own; absent: one, on what cores there are. */
  workers: z.int().positive().optional(),
  passedOver: z.array(z.object({ name: backendNameSchema, problem: z.string() })),
})
export type BackendChoice = z.infer<typeof backendChoiceSchema>

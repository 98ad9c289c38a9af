/** The table of backends, best first. */
import { BACKENDS } from '../../contract/backend.ts'
import type { Backend } from './backend.ts'
import { cpu } from './cpu.ts'
import { tensorflow } from './tensorflow.ts'
import { wasm } from './wasm.ts'
import { webgpu } from './webgpu.ts'

const byName = { tensorflow, webgpu, wasm, cpu }

export const backends: readonly Backend[] = BACKENDS.map((name) => byName[name])

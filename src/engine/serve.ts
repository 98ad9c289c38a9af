/** Wires an engine to its process: the IPC channel to the app, the environment, and errors that no job caught. */
import {
  ENGINE_BACKEND_VARIABLE,
  ENGINE_PASSED_OVER_VARIABLE,
  ENGINE_WORKERS_VARIABLE,
  engineBackendSchema,
  enginePassedOverSchema,
  engineWorkersSchema,
  type FromEngine,
} from '../contract/engine-protocol.ts'
import { Compute } from './compute.ts'
import { Engine, type EngineOptions } from './engine.ts'

/** Ends the process when the channel closes, and when something was thrown that no job caught. */
export function serve(options: Pick<EngineOptions, 'handlers'> = {}): void {
  const send = (message: FromEngine, sent = () => {}) => process.send?.(message, sent)
  const compute = new Compute({
    wanted: engineBackendSchema.parse(process.env[ENGINE_BACKEND_VARIABLE] || undefined),
    workers: engineWorkersSchema.parse(process.env[ENGINE_WORKERS_VARIABLE] || undefined),
    passedOver: enginePassedOverSchema.parse(JSON.parse(process.env[ENGINE_PASSED_OVER_VARIABLE] || '[]')),
    onChoice: (choice) => send({ type: 'backend', choice }),
    async trial(backend, start) {
      // Its way out first: what comes next may end the process.
      await new Promise<void>((resolve) => send({ type: 'trying', backend }, resolve))
      try {
        return await start()
      } finally {
        send({ type: 'tried', backend })
      }
    },
  })
  const engine = new Engine({ ...options, compute, send })
  process.on('message', (message) => engine.receive(message))
  process.on('disconnect', () => process.exit(0))
  // Not `on('uncaughtException')`: libraries compiled by Emscripten add listeners of their own there, which throw again.
  process.setUncaughtExceptionCaptureCallback((thrown) => {
    engine.breakOff(thrown, () => process.exit(1))
    setTimeout(() => process.exit(1), 1000) // should nobody listen
  })
  send({ type: 'ready' })
}

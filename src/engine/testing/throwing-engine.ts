/** An engine process whose job `inspect` throws where nobody catches it, in the way that the picture's name says. */
import { jobHandlers } from '../jobs/index.ts'
import { serve } from '../serve.ts'

const never = new Promise<never>(() => {})

serve({
  handlers: {
    ...jobHandlers,
    inspect: async () => async (input) => {
      if (input.path === 'exception') setTimeout(() => throwIt(), 1)
      if (input.path === 'rejection') void Promise.reject(new Error('thrown in passing'))
      if (input.path === 'rejection behind wasm') {
        await import('../backends/wasm.ts').then(({ wasm }) => wasm.start({ asked: true }))
        void Promise.reject(new Error('thrown in passing'))
      }
      return never
    },
    restore: async () => () => never,
    process: async () => async () => {
      setTimeout(() => throwIt(), 50)
      return never
    },
  },
})

function throwIt(): never {
  throw new Error('thrown in passing')
}

import { tf } from '../tf.ts'

/** What is used of WebGPU's device. */
type Device = {
  pushErrorScope(filter: string): void
  popErrorScope(): Promise<{ message: string } | null>
}

const KINDS = ['out-of-memory', 'validation', 'internal']

/**
 * WebGPU throws nothing when it runs out of memory or is asked for what it can't do: the numbers are just wrong. Runs
 * `compute` on tfjs's current backend, and throws what the device, if there is one, had to say meanwhile.
 */
export async function withGpuErrors<T>(compute: () => Promise<T>): Promise<T> {
  const { device } = tf.backend() as { device?: Device }
  if (!device?.pushErrorScope) return compute()
  for (const kind of KINDS) device.pushErrorScope(kind)
  let result: T
  try {
    result = await compute()
  } catch (thrown) {
    // Sends away what is left of the failed commands, which would else spoil the next ones.
    const rest = tf.tidy(() => tf.zeros([65536]).square())
    await rest.data().catch(() => {})
    rest.dispose()
    const said = await errorsOf(device)
    throw said === '' ? thrown : new Error(said, { cause: thrown })
  }
  const said = await errorsOf(device)
  if (said !== '') throw new Error(said)
  return result
}

/** Ends the scopes. A lost device says nothing. */
async function errorsOf(device: Device): Promise<string> {
  const errors = KINDS.map(() => device.popErrorScope().catch(() => null))
  const messages = (await Promise.all(errors)).map((error) => error?.message.trim().split('\n')[0])
  return messages.filter((message) => message !== undefined).join(' ')
}

import type { Host } from '../host/host.ts'

/** A picture of a line of text, where the application can read it. */
export type ChosenLine = { path: string; name: string }

/** By dialog, which opens from inside a click alone; null if it was closed. Throws what keeps it from being read. */
export async function chooseLine(host: Pick<Host, 'choose' | 'handOver'>): Promise<ChosenLine | null> {
  const [first] = await host.choose('files')
  if (!first) return null
  if ('error' in first) throw first.error
  if ('path' in first) return { path: first.path, name: first.path.split(/[/\\]/).at(-1)! }
  return { path: await host.handOver(first.file), name: first.file.name }
}

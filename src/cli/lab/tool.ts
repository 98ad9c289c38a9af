/** What the commands of the Lab have in common. */
import path from 'node:path'
import { Option } from 'commander'
import type { EngineInput, EngineJobKind, EngineOutput } from '../../contract/engine-protocol.ts'
import type { Context } from '../context.ts'
import { positiveInteger } from '../options.ts'
import { withProgress } from '../progress.ts'
import { type ModelOptions, modelFolder, type SourceOptions, sourceOf } from './sources.ts'

export type Out = { out: string }
export const sheetOption = (name: string) =>
  new Option('-o, --out <file>', 'the PNG to write').default(`${name}.png`)
export const count = (flags: string, what: string, value: number) =>
  new Option(flags, what).default(value).argParser(positiveInteger)

export async function jobOf(context: Context, named: string[], options: SourceOptions & ModelOptions & Out) {
  const source = sourceOf(named, options, context)
  const folder = await modelFolder(options.model, context)
  return { folder, source, path: path.resolve(context.cwd, options.out) }
}

export function run<K extends EngineJobKind>(
  { backend, signal, terminal, withEngine }: Context,
  kind: K,
  input: EngineInput<K>,
): Promise<EngineOutput<K>> {
  return withEngine({ backend }, (engine) =>
    withProgress(terminal.errorOutput, (view) =>
      engine.run(kind, input, { signal, onProgress: (progress) => view.update(progress) }),
    ),
  )
}

export function finish({ terminal }: Context, result: { sheet: string } & Record<string, unknown>): boolean {
  terminal.print(result.sheet)
  terminal.result({ ok: true, ...result })
  return true
}

/** What the commands of the Lab have in common. */
import path from 'node:path'
import { type Command, Option } from 'commander'
import type { EngineInput, EngineJobKind, EngineOutput } from '../../contract/engine-protocol.ts'
import type { Context } from '../context.ts'
import { wholeNumberFrom } from '../options.ts'
import { prepareFile } from '../prepare-file.ts'
import { withProgress } from '../progress.ts'
import { type ModelOptions, modelFolder, type SourceOptions, sourceOf } from './sources.ts'

export type Out = { out: string; overwrite?: boolean }

/** The options that say where the sheet goes. */
export function withSheet(command: Command, name: string): Command {
  return command
    .addOption(new Option('-o, --out <file>', 'the PNG to write').default(`${name}.png`))
    .option('--overwrite', 'replace it if it is there already')
}

/** Makes the sheet's folder. Rejects, before any work, a sheet that could not be written or would replace a file unasked. */
export async function sheetOf({ out, overwrite = false }: Out, cwd: string): Promise<string> {
  const file = path.resolve(cwd, out)
  await prepareFile(file, { option: '--out', overwrite })
  return file
}

export const count = (flags: string, what: string, value: number, least = 1) =>
  new Option(flags, what).default(value).argParser(wholeNumberFrom(least))

export async function jobOf(
  context: Context,
  command: Command,
  named: string[],
  options: SourceOptions & ModelOptions & Out,
) {
  const source = sourceOf(command, named, options, context)
  const folder = await modelFolder(options.model, context)
  return { folder, source, path: await sheetOf(options, context.cwd) }
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

/** `limpid serve`: the app in a browser, on this machine. */
import { once } from 'node:events'
import path from 'node:path'
import { Command } from 'commander'
import type { Context, Perform } from '../context.ts'
import { emptyName } from '../empty-name.ts'
import { openInBrowser } from '../open-in-browser.ts'
import { port } from '../options.ts'
import { errorLine } from '../terminal.ts'

export type ServeOptions = { port?: number; open: boolean }

export function serveCommand(perform: Perform): Command {
  return new Command('serve')
    .description('serve the app to a browser on this machine, until Ctrl-C')
    .argument('[files...]', 'pictures and folders to open in it')
    .option(
      '--port <port>',
      'port on 127.0.0.1; 0: any free one (default: the same each time, if it is free)',
      port,
    )
    .option('--open', 'open the browser', false)
    .option('--no-open', 'only print the address (default)')
    .addHelpText(
      'after',
      `
The address holds a token: whoever has it can open the pictures that you open. From another machine, forward the port:
  ssh -L 8000:127.0.0.1:8000 gpu-box limpid serve --port 8000`,
    )
    .action((files: string[], options: ServeOptions, command: Command) =>
      perform(command, (context) => serve(context, files, options)),
    )
}

export async function serve(context: Context, files: string[], options: ServeOptions): Promise<boolean> {
  const { terminal, signal, backend, cwd } = context
  if (files.includes('')) throw emptyName()
  const server = await context.serve({
    port: options.port,
    backend,
    files: files.map((file) => path.resolve(cwd, file)),
  })
  try {
    for (const error of server.errors) terminal.note(errorLine(error))
    terminal.print(`Limpid is at ${server.url}`)
    terminal.result({ ok: true, url: server.url, errors: server.errors })
    if (options.open && !(await openInBrowser(server.url))) {
      terminal.note('No browser could be opened here: open the address yourself.')
    }
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    await server.close()
  }
  return true
}

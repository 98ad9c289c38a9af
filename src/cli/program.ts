/** The command line: its commands, and what becomes of their answers and errors. */
import { Command, CommanderError } from 'commander'
import type { BackendName } from '../contract/backend.ts'
import { LimpidError } from '../contract/errors.ts'
import { benchCommand } from './commands/bench.ts'
import { cleanDocumentCommand } from './commands/clean-document.ts'
import { colouriseCommand } from './commands/colourise.ts'
import { cutOutCommand } from './commands/cut-out.ts'
import { denoiseCommand } from './commands/denoise.ts'
import { doctorCommand } from './commands/doctor.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { inpaintCommand } from './commands/inpaint.ts'
import { labCommand } from './commands/lab.ts'
import { modelsCommand } from './commands/models.ts'
import { repairJpegCommand } from './commands/repair-jpeg.ts'
import { restorePhotoCommand } from './commands/restore-photo.ts'
import { serveCommand } from './commands/serve.ts'
import { trainCommand } from './commands/train.ts'
import { upscaleCommand } from './commands/upscale.ts'
import { zooCommand } from './commands/zoo.ts'
import type { Perform, Surroundings } from './context.ts'
import { refuseEmptyNames } from './empty-name.ts'
import { backendOption, jsonOption } from './options.ts'
import { version } from './project.ts'
import { type ErrorOutput, type Output, Terminal } from './terminal.ts'

export const EXIT = {
  ok: 0,
  failed: 1,
  /** The command line itself was wrong. */
  usage: 2,
  /** 128 + SIGINT, as shells have it. */
  cancelled: 130,
} as const

/** Runs a command line (without node and the script) and gives its exit code. */
export async function runCommandLine(
  args: readonly string[],
  output: Output,
  errorOutput: ErrorOutput,
  surroundings: Surroundings,
): Promise<number> {
  let exitCode: number = EXIT.ok
  const perform: Perform = async (command, action) => {
    const { json = false, backend } = command.optsWithGlobals<{ json?: boolean; backend?: BackendName }>()
    const terminal = new Terminal(output, errorOutput, json)
    try {
      refuseEmptyNames(command)
      const ok = await action({ ...surroundings, terminal, backend })
      exitCode = ok ? EXIT.ok : surroundings.signal.aborted ? EXIT.cancelled : EXIT.failed
    } catch (thrown) {
      terminal.failed(thrown)
      const cancelled = thrown instanceof LimpidError && thrown.code === 'cancelled'
      exitCode = cancelled ? EXIT.cancelled : EXIT.failed
    }
  }
  try {
    await program(perform, output, errorOutput).parseAsync(args, { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return EXIT.ok
    // Commander said it on stderr already, but a program reads stdout.
    if (args.includes('--json')) {
      const isHelp = thrown.code === 'commander.help' // its message is "(outputHelp)"
      const message = isHelp ? 'No command was named.' : thrown.message.replace(/^error: /, '')
      const error = new LimpidError('bad-request', message, { hint: '`limpid --help` shows how.' })
      new Terminal(output, errorOutput, true).result({ ok: false, errors: [error.toData()] })
    }
    return EXIT.usage
  }
  return exitCode
}

function program(perform: Perform, output: Output, errorOutput: ErrorOutput): Command {
  const root = new Command('limpid')
    .description('Cleans up photos on your own machine, with neural models that you can teach.')
    .version(version)
    .addOption(backendOption())
    .addOption(jsonOption())
    .addCommand(denoiseCommand(perform))
    .addCommand(repairJpegCommand(perform))
    .addCommand(upscaleCommand(perform))
    .addCommand(cleanDocumentCommand(perform))
    .addCommand(inpaintCommand(perform))
    .addCommand(colouriseCommand(perform))
    .addCommand(restorePhotoCommand(perform))
    .addCommand(cutOutCommand(perform))
    .addCommand(evaluateCommand(perform))
    .addCommand(trainCommand(perform))
    .addCommand(zooCommand(perform))
    .addCommand(labCommand(perform))
    .addCommand(doctorCommand(perform))
    .addCommand(benchCommand(perform))
    .addCommand(modelsCommand(perform))
    .addCommand(serveCommand(perform))
    .addHelpText(
      'after',
      `
Examples:
  limpid denoise photo.jpg               takes the noise out, writes photo-limpid.jpg
  limpid doctor                          says which backend computes here, and why
  limpid serve --open                    the app, in your browser

\`limpid COMMAND --help\` says more about each.`,
    )
  for (const command of [root, ...descendants(root)]) {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => output.write(text),
        writeErr: (text) => errorOutput.write(text),
        outputError: (text, write) => write(text.replace(/^error: /, 'limpid: ')),
      })
      .configureHelp({ showGlobalOptions: true })
      .showHelpAfterError('`limpid --help` shows how.')
  }
  return root
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)])
}

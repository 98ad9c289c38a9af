import { Command } from 'commander'
import type { OutputFormat } from '../contract/picture.ts'
import { formatOption, percent } from './options.ts'

/** Where results go and as what: the same for every restoring command. */
export type OutputOptions = {
  output?: string
  format?: OutputFormat
  quality?: number
  overwrite?: boolean
}

/** A command that takes pictures from file to file, with the options that all of these have. */
export function restorationCommand(name: string, description: string, examples: string): Command {
  return new Command(name)
    .description(description)
    .argument('<files...>', 'pictures, or folders of pictures (searched deeply)')
    .option(
      '-o, --output <path>',
      'file (for one picture) or folder for the results (default: beside the originals)',
    )
    .addOption(formatOption())
    .option('--quality <percent>', 'quality of JPEG, WebP and AVIF results, 1 to 100', percent)
    .option('--overwrite', 'replace results that are there already')
    .addHelpText('after', `\nExamples:\n${examples.replaceAll(/^/gm, '  ')}`)
}

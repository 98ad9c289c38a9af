import type { Command } from 'commander'
import { LimpidError } from '../contract/errors.ts'

/**
 * Throws `bad-request` where one of these options was said, or pictures were named (`pictures`): they would have no effect.
 * `when` says why: "with --mnist".
 */
export function refuse(command: Command, names: readonly string[], when: string): void {
  for (const name of names) {
    const source = command.getOptionValueSource(name)
    const isSaid =
      name === 'pictures' ? command.args.length > 0 : source !== undefined && source !== 'default'
    if (!isSaid) continue
    const what = name === 'pictures' ? 'Naming pictures' : `--${name}`
    throw new LimpidError('bad-request', `${what} has no effect ${when}.`, { hint: 'Leave it out.' })
  }
}

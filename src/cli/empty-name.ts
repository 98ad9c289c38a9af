/** Names that are empty, as those of a shell's unset variable are: taken for a path, one would mean the whole folder. */
import type { Command } from 'commander'
import { LimpidError } from '../contract/errors.ts'

/** `option`: the one that it was given to, as `--output`; absent: it stood among the files. */
export function emptyName(option?: string): LimpidError {
  const message = `An empty name was given${option === undefined ? '' : ` to ${option}`}.`
  const hint = 'If it comes from a variable, check that this is set; `.` is the folder that you are in.'
  return new LimpidError('file-not-found', message, { hint })
}

/** Throws `file-not-found` for an option that names a file or a folder, and is empty. */
export function refuseEmptyNames(command: Command): void {
  for (const option of command.options) {
    const namesPath = /<(path|file|folder)>/.test(option.flags)
    if (namesPath && command.getOptionValue(option.attributeName()) === '') throw emptyName(option.long)
  }
}

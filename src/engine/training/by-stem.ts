import path from 'node:path'
import { LimpidError } from '../../contract/errors.ts'

/**
 * Files of a folder by their names without extension, which say whose halves they are. Two of one name are
 * `data-missing`: thrown, or told to `onTwin`; then the first of them counts.
 */
export function byStem(
  files: readonly string[],
  onTwin: (twin: LimpidError) => void = (twin) => {
    throw twin
  },
): Map<string, string> {
  const stems = new Map<string, string>()
  for (const file of files) {
    const stem = path.parse(file).name
    const other = stems.get(stem)
    if (other === undefined) {
      stems.set(stem, file)
      continue
    }
    const hint = 'They have the same name without extension: take one of them out.'
    onTwin(new LimpidError('data-missing', `Which is half of a pair, ${other} or ${file}?`, { file, hint }))
  }
  return stems
}

/** A folder of training data, as each face gives one: by its path, or file by file. */
import { pathInFolder } from '../host/dropped-files.ts'
import type { Host } from '../host/host.ts'
import { isHidden } from '../state/paths.ts'

export type ChosenFolder =
  | { path: string }
  | { title: string; files: { file: File /** Its path in the folder. */; name: string }[] }

/** By dialog, which opens from inside a click alone; null if it was closed. */
export async function chooseFolder(host: Host): Promise<ChosenFolder | null> {
  if (host.face === 'browser') return chooseInBrowser()
  const [first] = await host.choose('folder')
  return first && 'path' in first ? first : null
}

function chooseInBrowser(): Promise<ChosenFolder | null> {
  const input = document.createElement('input')
  input.type = 'file'
  input.webkitdirectory = true
  input.hidden = true
  // In the page, because an element that nothing holds may be collected while its dialog is open.
  document.body.append(input)
  return new Promise<ChosenFolder | null>((resolve) => {
    input.addEventListener('change', () => resolve(folderOf([...(input.files ?? [])])))
    input.addEventListener('cancel', () => resolve(null))
    input.click()
  }).finally(() => input.remove())
}

/** Files with the folder's name before theirs, as browsers give them; what is hidden is passed over. */
export function folderOf(files: File[]): ChosenFolder | null {
  const seen = files.filter((file) => !isHidden(pathInFolder(file)))
  if (seen.length === 0) return null
  const [title = 'folder'] = seen[0]!.webkitRelativePath.split('/')
  const named = seen.map((file) => ({ file, name: pathInFolder(file) }))
  return { title, files: named }
}

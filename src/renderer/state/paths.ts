/** Paths of files as text, of any system: the window never touches a disk. */

export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

/** With its last separator, so that a name can be appended: '/photos/'. */
export function folderOf(path: string): string {
  return path.slice(0, path.length - fileName(path).length)
}

/** 'photo.old.jpg' → { stem: 'photo.old', extension: '.jpg' } */
export function splitName(name: string): { stem: string; extension: string } {
  const at = name.lastIndexOf('.')
  return at <= 0 ? { stem: name, extension: '' } : { stem: name.slice(0, at), extension: name.slice(at) }
}

/** The name to try when this one is taken: 'photo.jpg' → 'photo-2.jpg' → 'photo-3.jpg'. */
export function nextName(path: string): string {
  const { stem, extension } = splitName(fileName(path))
  const numbered = /^(.*)-(\d{1,6})$/.exec(stem)
  const next = numbered ? `${numbered[1]}-${Number(numbered[2]) + 1}` : `${stem}-2`
  return `${folderOf(path)}${next}${extension}`
}

/** What no system takes in a file's name. */
export function isFileName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
  return name.trim() !== '' && !/[\\/:*?"<>|\u0000-\u001f]/.test(name) && !/^\.+$/.test(name)
}

/** A file that begins with a dot, as macOS' `._photo.jpg`, or one in a folder that does. */
export function isHidden(path: string): boolean {
  return path.split(/[\\/]/).some((part) => part.startsWith('.'))
}

import { expect, it } from 'vitest'
import { droppedFiles, picturesOf } from './dropped-files.ts'

type Tree = { [name: string]: Tree | 'file' }

/** Its path as browsers give it: of a file that was not chosen in a folder, ''. */
function aFile(name: string, path = ''): File {
  return Object.defineProperty(new File(['x'], name), 'webkitRelativePath', { value: path })
}

/** A dropped entry as Chromium gives it: folders are read in pieces, the last of them empty. */
function entry(name: string, content: Tree | 'file'): FileSystemEntry {
  if (content === 'file') {
    const file = (resolve: (file: File) => void): void => resolve(aFile(name))
    return { name, isDirectory: false, file } as unknown as FileSystemEntry
  }
  const children = Object.entries(content).map(([child, inside]) => entry(child, inside))
  const createReader = () => {
    const waiting = [...children]
    return { readEntries: (resolve: (some: FileSystemEntry[]) => void) => resolve(waiting.splice(0, 2)) }
  }
  return { name, isDirectory: true, createReader } as unknown as FileSystemEntry
}

function transfer(dropped: Tree): DataTransfer {
  const items = Object.entries(dropped).map(([name, content]) => ({
    kind: 'file',
    webkitGetAsEntry: () => entry(name, content),
    getAsFile: () => (content === 'file' ? new File(['x'], name) : null),
  }))
  return { items: [...items, { kind: 'string' }] } as unknown as DataTransfer
}

async function names(dropped: Tree): Promise<string[]> {
  const openables = await droppedFiles(transfer(dropped))
  return openables.map((one) =>
    'file' in one ? one.file.name : 'error' in one ? one.error.message : one.path,
  )
}

it('a folder gives all pictures in it, however deep and however many, and nothing else', async () => {
  const trip = {
    'b.JPG': 'file',
    'a.png': 'file',
    'notes.txt': 'file',
    '._a.png': 'file',
    '.thumbnails': { 'a.png': 'file', deep: { 'a.png': 'file' } },
    'day 2': { 'c.tiff': 'file', raw: { 'd.webp': 'file' } },
  } as const
  expect(await names({ trip })).toEqual(['a.png', 'b.JPG', 'c.tiff', 'd.webp'])
})

it('a file that is dropped itself is taken whatever its name, so that it can be refused by name', async () => {
  expect(await names({ 'letter.doc': 'file', 'a.png': 'file' })).toEqual(['letter.doc', 'a.png'])
})

it('a folder without pictures is named, and keeps nothing else out', async () => {
  expect(await names({ letters: { 'dear.txt': 'file' }, 'a.png': 'file' })).toEqual([
    'The folder letters holds no picture.',
    'a.png',
  ])
})

it('of a folder chosen by dialog, what lies in hidden folders of it is none', () => {
  const files = ['trip/a.png', 'trip/.thumbnails/a.png', 'trip/day 2/.old/b.png', 'trip/day 2/b.png'].map(
    (path) => aFile(path.split('/').at(-1)!, path),
  )
  expect(picturesOf('trip', files)).toEqual([{ file: files[0] }, { file: files[3] }])
})

import { expect, test } from 'vitest'
import { folderOf } from './choose-folder.ts'

const chosen = (...paths: string[]) =>
  folderOf(
    paths.map((path) =>
      Object.defineProperty(new File(['x'], path.split('/').at(-1)!), 'webkitRelativePath', { value: path }),
    ),
  )

test('hidden files and folders of a chosen folder are passed over', () => {
  const folder = chosen(
    'leaves/a.png',
    'leaves/._a.png',
    'leaves/.cache/a.png',
    'leaves/oak/.cache/deep/b.png',
  )
  expect(folder).toMatchObject({ title: 'leaves', files: [{ name: 'a.png' }] })
  expect(chosen('leaves/.cache/a.png')).toBeNull()
})

test('a folder that is hidden itself was chosen all the same', () => {
  expect(chosen('.leaves/oak/a.png')).toMatchObject({ title: '.leaves', files: [{ name: 'oak/a.png' }] })
})

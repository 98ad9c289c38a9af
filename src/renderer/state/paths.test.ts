import { describe, expect, it } from 'vitest'
import { fileName, folderOf, isFileName, isHidden, nextName, splitName } from './paths.ts'

describe('paths', () => {
  it('takes paths of every system apart', () => {
    expect(fileName('/home/me/a b.jpg')).toBe('a b.jpg')
    expect(fileName('C:\\Photos\\a.jpg')).toBe('a.jpg')
    expect(folderOf('C:\\Photos\\a.jpg')).toBe('C:\\Photos\\')
    expect(splitName('.hidden')).toEqual({ stem: '.hidden', extension: '' })
    expect(splitName('a.b.tif')).toEqual({ stem: 'a.b', extension: '.tif' })
  })

  it('keeps both by counting on', () => {
    expect(nextName('/p/photo-limpid.jpg')).toBe('/p/photo-limpid-2.jpg')
    expect(nextName('/p/photo-limpid-9.jpg')).toBe('/p/photo-limpid-10.jpg')
    expect(nextName('/p.d/photo')).toBe('/p.d/photo-2')
  })

  it('sees what is hidden, itself or by a folder above it', () => {
    for (const path of ['._a.jpg', '.cache/a.jpg', 'day 2/.old/a.jpg']) expect(isHidden(path)).toBe(true)
    for (const path of ['a.b.jpg', 'day.2/a.jpg']) expect(isHidden(path)).toBe(false)
  })

  it('refuses names that a disk would refuse', () => {
    expect(isFileName('photo (2)')).toBe(true)
    for (const bad of ['', '  ', 'a/b', 'a\\b', '..', 'what?']) expect(isFileName(bad)).toBe(false)
  })
})

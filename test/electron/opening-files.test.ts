import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { filesNamed, PathQueue } from '../../src/main/opening-files.ts'

describe('files named at the start', () => {
  let cwd: string
  beforeEach(() => {
    cwd = mkdtempSync(path.join(tmpdir(), 'limpid-opening-'))
    writeFileSync(path.join(cwd, 'cat.jpg'), '')
  })
  afterEach(() => rmSync(cwd, { recursive: true }))

  test('of the packaged app', () => {
    const cat = path.join(cwd, 'cat.jpg')
    expect(filesNamed(['/opt/limpid', 'cat.jpg'], cwd, true)).toEqual([cat])
    expect(filesNamed(['/opt/limpid', '--no-sandbox', cat], '/', true)).toEqual([cat])
  })

  test("of the sources: the app's own folder is none of them", () => {
    expect(filesNamed(['/electron', '.', 'cat.jpg'], cwd, false)).toEqual([path.join(cwd, 'cat.jpg')])
    expect(filesNamed(['/electron', '--no-sandbox', cwd], cwd, false)).toEqual([])
  })

  test('what is not there is left out', () => {
    expect(filesNamed(['/opt/limpid', 'dog.jpg'], cwd, true)).toEqual([])
  })
})

test('paths that come too early wait, and none comes twice', () => {
  const queue = new PathQueue()
  const opened: string[][] = []
  queue.add(['/a'])
  queue.add(['/b'])
  queue.connect((paths) => void opened.push(paths))
  queue.add(['/c'])
  queue.add([])
  expect(opened).toEqual([['/a', '/b'], ['/c']])
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { Input } from '../../contract/api.ts'
import { LimpidError } from '../../contract/errors.ts'
import { SaveDialog } from './save-dialog.svelte.ts'
import type { Saver } from './saver.svelte.ts'
import { aJob, aPicture, aResult, heard } from './testing.ts'

const FREE_EXTENSION = { jpeg: '.jpg', tiff: '.tif', png: '.png', webp: '.webp', avif: '.avif' }

/** An application over a disk that is a set of paths. */
function saving(face: 'desktop' | 'browser', disk = new Set<string>()) {
  const notices = heard()
  const asked: Input<'export'>[] = []
  const downloads: string[] = []
  let target: string | null = null
  const dialog = new SaveDialog({
    notices,
    strength: () => 0.4,
    finished: async (job) => job,
    host: {
      ...(face === 'desktop' ? { chooseTarget: async () => target, showInFolder: () => {} } : {}),
      download: async (_path, name) => void downloads.push(name),
    },
    api: () => ({
      async suggestTarget({ id, format }) {
        return { path: `/photos/${id.replace('.png', '')}-limpid${format ? FREE_EXTENSION[format] : '.png'}` }
      },
      async export(input) {
        asked.push(input)
        const path = input.path ?? '/cache/x.png'
        if (disk.has(path) && !input.overwrite) {
          throw new LimpidError('file-exists', `${path} is there already.`)
        }
        disk.add(path)
        const download = input.path === null ? 'downloads/1/x.png' : null
        return {
          job: aJob('1', { state: 'done', saved: { path, bytes: 1, notes: ['No 16 bit.'], download } }),
        }
      },
    }),
  })
  return {
    dialog,
    notices,
    asked,
    disk,
    downloads,
    choose: (path: string | null) => {
      target = path
    },
  }
}

const lake = aPicture('lake.png', { result: aResult() })
const sea = aPicture('sea.png', { result: aResult() })

describe('saving on the desktop', () => {
  let it_: ReturnType<typeof saving>
  beforeEach(() => {
    it_ = saving('desktop', new Set(['/photos/lake.png', '/photos/mine.png', '/photos/mine-2.png']))
  })

  it('suggests a free name beside the original, and saves the blend that is shown', async () => {
    const { dialog, asked, notices } = it_
    await dialog.open([lake])
    expect([dialog.folder, dialog.stem, dialog.extension]).toEqual(['/photos/', 'lake-limpid', '.png'])
    await dialog.confirm()
    expect(asked).toEqual([
      { id: 'lake.png', strength: 0.4, path: '/photos/lake-limpid.png', overwrite: false },
    ])
    expect(notices.told[0]?.title).toBe('Saved lake-limpid.png')
    expect(notices.told[0]?.more?.description).toBe('/photos/lake-limpid.png\nNo 16 bit.')
    expect(dialog.pictures).toEqual([])
  })

  it('a typed name stays when the format changes; the extension follows', async () => {
    const { dialog, asked } = it_
    await dialog.open([lake])
    dialog.stem = 'holiday'
    await dialog.setFormat('jpeg')
    expect([dialog.stem, dialog.extension, dialog.hasQuality]).toEqual(['holiday', '.jpg', true])
    dialog.quality = 71
    await dialog.confirm()
    expect(asked[0]).toMatchObject({ path: '/photos/holiday.jpg', format: 'jpeg', quality: 71 })
  })

  it('a place chosen in the system dialog counts, with the format of its name', async () => {
    const { dialog, asked, choose } = it_
    await dialog.open([lake])
    choose('/elsewhere/small.webp')
    await dialog.choosePlace()
    await dialog.confirm()
    expect(asked[0]).toMatchObject({ path: '/elsewhere/small.webp', format: 'webp' })
  })

  it('names that no disk takes are not tried', async () => {
    const { dialog } = it_
    await dialog.open([lake])
    dialog.stem = 'a/b'
    expect(dialog.valid).toBe(false)
  })

  it('keeps both under the next free name, asking once', async () => {
    const { dialog, disk } = it_
    await dialog.open([lake])
    dialog.stem = 'mine'
    const saved = dialog.confirm()
    ;(await question(dialog.saver)).answer('both')
    await saved
    expect(disk.has('/photos/mine-3.png')).toBe(true)
    expect(dialog.saver.collision).toBeNull()
  })

  it('replaces only when told to, and leaves all as it is on cancel', async () => {
    const { dialog, asked, notices } = it_
    await dialog.open([lake])
    dialog.stem = 'mine'
    const cancelled = dialog.confirm()
    ;(await question(dialog.saver)).answer('cancel')
    await cancelled
    expect(asked.every(({ overwrite }) => !overwrite)).toBe(true)
    expect(notices.told).toEqual([])
    await dialog.open([lake])
    dialog.stem = 'mine'
    const replaced = dialog.confirm()
    ;(await question(dialog.saver)).answer('replace')
    await replaced
    expect(asked.at(-1)).toMatchObject({ path: '/photos/mine.png', overwrite: true })
  })

  it('several are saved each beside its original, and told of once', async () => {
    const { dialog, asked, notices } = it_
    await dialog.open([lake, sea])
    await dialog.confirm()
    expect(asked.map(({ path }) => path)).toEqual(['/photos/lake-limpid.png', '/photos/sea-limpid.png'])
    expect(notices.told.map(({ title }) => title)).toEqual(['Saved 2 pictures'])
  })

  it("'Save as' does nothing when the system dialog is closed", async () => {
    const { dialog, asked, choose } = it_
    choose(null)
    await dialog.saveAs(lake)
    expect(asked).toEqual([])
  })
})

it('in a browser saving is downloading, under the typed name', async () => {
  const { dialog, asked, downloads, notices } = saving('browser')
  await dialog.open([lake])
  dialog.stem = 'holiday'
  await dialog.confirm()
  expect(asked[0]).toMatchObject({ path: null })
  expect(downloads).toEqual(['holiday.png'])
  expect(notices.told[0]?.title).toBe('Downloaded holiday.png')
})

async function question(saver: Saver) {
  for (let turn = 0; turn < 20; turn++) {
    if (saver.collision) return saver.collision
    await new Promise((resolve) => setTimeout(resolve))
  }
  throw new Error('Nothing was asked.')
}

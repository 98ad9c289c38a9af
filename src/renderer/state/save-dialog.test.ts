import { beforeEach, describe, expect, it } from 'vitest'
import type { Input } from '../../contract/api.ts'
import { LimpidError } from '../../contract/errors.ts'
import { SaveDialog } from './save-dialog.svelte.ts'
import type { Saver } from './saver.svelte.ts'
import { aJob, aPicture, aResult, heard } from './testing/examples.ts'

const FREE_EXTENSION = { jpeg: '.jpg', tiff: '.tif', png: '.png', webp: '.webp', avif: '.avif' }

/** An application over a disk that is a set of paths. */
function saving(face: 'desktop' | 'browser', disk = new Set<string>()) {
  const notices = heard()
  const asked: Input<'export'>[] = []
  const downloads: string[] = []
  let target: string | null = null
  let refusal: string | null = null
  const restoring = new Set<string>()
  const cancelled = new Set<string>()
  let beforeSuggesting = async (_id: string): Promise<void> => {}
  const dialog = new SaveDialog({
    notices,
    strength: () => 0.4,
    isUnderWay: ({ id }) => restoring.has(id),
    finished: async (job) => job,
    host: {
      ...(face === 'desktop' ? { chooseTarget: async () => target, showInFolder: () => {} } : {}),
      download: async (_path, name) => void downloads.push(name),
    },
    api: () => ({
      async suggestTarget({ id, format }) {
        await beforeSuggesting(id)
        return { path: `/photos/${id.replace('.png', '')}-limpid${format ? FREE_EXTENSION[format] : '.png'}` }
      },
      async export(input) {
        asked.push(input)
        if (refusal !== null) throw new LimpidError('disk-full', refusal)
        if (cancelled.has(input.id)) {
          const error = { code: 'cancelled', message: 'It was cancelled.' } as const
          return { job: aJob('1', { kind: 'export', state: 'cancelled', error }) }
        }
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
    /** Ids: they are being restored anew. */
    restoring,
    /** Ids: their saving is cancelled as soon as it begins. */
    cancelled,
    choose: (path: string | null) => {
      target = path
    },
    /** From now on no export succeeds. */
    refuse: (message: string) => {
      refusal = message
    },
    /** Happens whenever the application is asked for a free name. */
    whenAsked: (then: typeof beforeSuggesting) => {
      beforeSuggesting = then
    },
  }
}

const lake = aPicture('lake.png', { result: aResult() })
const sea = aPicture('sea.png', { result: aResult() })
const hill = aPicture('hill.png', { result: aResult() })

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
    expect([dialog.stem, dialog.extension, dialog.usualQuality]).toEqual(['holiday', '.jpg', 95])
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

  it('an extension chosen in the system dialog stays as it is, though its format was the one already', async () => {
    const { dialog, asked, choose } = it_
    await dialog.open([lake])
    await dialog.setFormat('jpeg')
    dialog.quality = 71
    choose('/elsewhere/holiday.jpeg')
    await dialog.choosePlace()
    await dialog.confirm()
    expect(asked[0]).toMatchObject({ path: '/elsewhere/holiday.jpeg', format: 'jpeg', quality: 71 })
  })

  it('a chosen place stays when the format changes; so does its name, and the extension follows', async () => {
    const { dialog, asked, choose } = it_
    await dialog.open([lake])
    choose('/elsewhere/lake-limpid.png')
    await dialog.choosePlace()
    await dialog.setFormat('jpeg')
    await dialog.confirm()
    expect(asked[0]?.path).toBe('/elsewhere/lake-limpid.jpg')
    await dialog.open([sea])
    expect(dialog.folder, 'of the next time').toBe('/photos/')
  })

  it('nobody who leaves the quality alone chooses one: the original keeps its own', async () => {
    const { dialog, asked } = it_
    await dialog.open([lake])
    await dialog.setFormat('webp')
    expect([dialog.usualQuality, dialog.quality]).toEqual([90, null])
    dialog.quality = 60
    await dialog.setFormat('jpeg')
    await dialog.confirm()
    expect(asked[0]).toMatchObject({ format: 'jpeg' })
    expect(asked[0]).not.toHaveProperty('quality')
  })

  it('one that is being restored anew is not saved, for its steps are no longer those of its result', async () => {
    const { dialog, asked, notices, restoring } = it_
    await dialog.open([lake, sea])
    restoring.add('lake.png')
    await dialog.confirm()
    expect(asked.map(({ id }) => id)).toEqual(['sea.png'])
    expect(notices.errors).toEqual(['lake.png was not saved: it is being restored anew.'])
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

  it('asks one question at a time, and each save gets its own answer', async () => {
    const { dialog, asked, disk } = it_
    disk.add('/photos/theirs.png')
    const saves: Promise<void>[] = []
    for (const [picture, stem] of [
      [lake, 'mine'],
      [sea, 'theirs'],
    ] as const) {
      await dialog.open([picture])
      dialog.stem = stem
      saves.push(dialog.confirm())
    }
    const first = await question(dialog.saver)
    expect(first.path).toBe('/photos/mine.png')
    await new Promise((resolve) => setTimeout(resolve, 10)) // the second save has met its file by now
    expect(dialog.saver.collision).toBe(first)
    first.answer('cancel')
    const second = await question(dialog.saver)
    expect(second.path).toBe('/photos/theirs.png')
    second.answer('replace')
    await Promise.all(saves)
    expect(asked.filter(({ overwrite }) => overwrite).map(({ path }) => path)).toEqual(['/photos/theirs.png'])
  })

  it('several are saved each beside its original, and told of once', async () => {
    const { dialog, asked, notices } = it_
    await dialog.open([lake, sea])
    await dialog.confirm()
    expect(asked.map(({ path }) => path)).toEqual(['/photos/lake-limpid.png', '/photos/sea-limpid.png'])
    expect(notices.told.map(({ title }) => title)).toEqual(['Saved 2 pictures'])
  })

  it('one that cannot be saved does not keep the others from it, and is told at the end', async () => {
    const { dialog, asked, notices, whenAsked } = it_
    await dialog.open([lake, sea, hill])
    whenAsked(async (id) => {
      if (id === 'sea.png') throw new LimpidError('bad-request', 'It was removed.')
    })
    await dialog.confirm()
    expect(asked.map(({ path }) => path)).toEqual(['/photos/lake-limpid.png', '/photos/hill-limpid.png'])
    expect(notices.told.map(({ title }) => title)).toEqual(['Saved 2 pictures'])
    expect(notices.errors).toEqual(['sea.png: It was removed.'])
  })

  it('cancelling one ends the saving of several; a declined question does not', async () => {
    const { dialog, asked, disk, notices, cancelled } = it_
    disk.add('/photos/lake-limpid.png')
    cancelled.add('sea.png')
    await dialog.open([lake, hill, sea, aPicture('never.png', { result: aResult() })])
    const saved = dialog.confirm()
    ;(await question(dialog.saver)).answer('cancel')
    await saved
    expect(asked.map(({ id }) => id)).toEqual(['lake.png', 'hill.png', 'sea.png'])
    expect(notices.told.map(({ title }) => title)).toEqual(['Saved hill-limpid.png'])
    expect(notices.errors).toEqual([])
  })

  it('a disk that takes none of them is not told for each', async () => {
    const { dialog, asked, notices, refuse } = it_
    refuse('The disk is full.')
    await dialog.open([...Array(20).keys()].map((i) => aPicture(`${i}.png`, { result: aResult() })))
    await dialog.confirm()
    expect(asked).toHaveLength(20)
    expect(notices.errors).toHaveLength(3)
    expect(notices.warnings).toEqual(['17 more files could not be saved'])
    expect(notices.told).toEqual([])
  })

  it('what is chosen while several are being saved is for the next time', async () => {
    const { dialog, asked, whenAsked } = it_
    await dialog.open([lake, sea])
    await dialog.setFormat('png')
    whenAsked(async (id) => {
      if (id !== 'lake.png') return
      await dialog.open([lake, hill])
      await dialog.setFormat('jpeg')
    })
    await dialog.confirm()
    expect(asked.map(({ path, format }) => [path, format])).toEqual([
      ['/photos/lake-limpid.png', 'png'],
      ['/photos/sea-limpid.png', 'png'],
    ])
  })

  it('Save waits for the extension of the format, and saves once however often it is pressed', async () => {
    const { dialog, asked, whenAsked } = it_
    await dialog.open([lake])
    whenAsked(() => new Promise((resolve) => setTimeout(resolve, 5)))
    const changed = dialog.setFormat('jpeg')
    await Promise.all([dialog.confirm(), dialog.confirm(), changed])
    expect(asked).toEqual([expect.objectContaining({ path: '/photos/lake-limpid.jpg', format: 'jpeg' })])
  })

  it('without an extension for the format nothing is saved; closed while it is waited for, neither', async () => {
    const { dialog, asked, whenAsked } = it_
    await dialog.open([lake])
    whenAsked(async () => {
      throw new LimpidError('internal', 'The window is not connected.')
    })
    await expect(dialog.setFormat('jpeg')).rejects.toThrow('not connected')
    await expect(dialog.confirm()).rejects.toThrow('not connected')
    expect(dialog.pictures).toEqual([lake])
    whenAsked(async () => dialog.close())
    await dialog.confirm()
    expect(asked).toEqual([])
  })

  it("what 'Save as' cannot do is an error", async () => {
    const { dialog, choose, refuse } = it_
    choose('/photos/lake-2.png')
    refuse('The disk is full.')
    await expect(dialog.saveAs(lake)).rejects.toThrow('The disk is full.')
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

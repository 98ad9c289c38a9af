import { expect, it } from 'vitest'
import { LimpidError } from '../../contract/errors.ts'
import type { Openable } from '../host/host.ts'
import { Opening } from './opening.svelte.ts'
import { aPicture, heard } from './testing/examples.ts'

function file(name: string): Openable {
  return { file: new File(['x'], name) }
}

/** An application that opens everything but names that begin with "bad"; handing over takes `delays[name]` ms. */
function opening(delays: Record<string, number> = {}) {
  const notices = heard()
  const opened: string[] = []
  let first: string | null = null
  let underWay = 0
  let most = 0
  const it = new Opening({
    notices,
    opened: (picture, isFirst) => {
      opened.push(picture.name)
      if (isFirst) first = picture.name
    },
    host: {
      async handOver({ name }) {
        underWay += 1
        most = Math.max(most, underWay)
        await new Promise((resolve) => setTimeout(resolve, delays[name] ?? 1))
        underWay -= 1
        if (name.startsWith('bad')) throw new LimpidError('internal', `${name} could not be handed over.`)
        return `/kept/${name}`
      },
    },
    api: async () => ({
      async addPictures({ paths }) {
        const names = paths.map((path) => path.split('/').at(-1)!)
        const refused = names.filter((name) => name.startsWith('no'))
        return {
          pictures: names.filter((name) => !refused.includes(name)).map((name) => aPicture(name)),
          errors: refused.map((name) => ({
            code: 'not-a-picture' as const,
            message: `${name} is no picture.`,
          })),
        }
      },
    }),
  })
  return { it, notices, opened, first: () => first, most: () => most }
}

it('opens in the order of the drop, whichever file arrives first', async () => {
  const { it, opened, first } = opening({ 'large.png': 30 })
  await it.open([file('large.png'), file('b.png'), file('c.png'), file('d.png'), file('e.png')])
  expect(opened).toEqual(['large.png', 'b.png', 'c.png', 'd.png', 'e.png'])
  expect(first()).toBe('large.png')
})

it('hands over a few at a time, not a whole folder at once', async () => {
  const { it, most } = opening()
  await it.open([...Array(20).keys()].map((i) => file(`${i}.png`)))
  expect(most()).toBe(3)
})

it('one that fails does not keep the others out, and is told', async () => {
  const { it, opened, notices } = opening()
  await it.open([file('bad.png'), file('notes.txt'), file('good.png'), { path: '/photos/there.png' }])
  expect(opened).toEqual(['there.png', 'good.png'])
  expect(notices.errors).toEqual(['bad.png could not be handed over.', 'notes.txt is no picture.'])
  expect(it.count).toBe(0)
})

it('a hundred failures are not a hundred toasts', async () => {
  const { it, notices } = opening()
  await it.open([...Array(100).keys()].map((i) => file(`no${i}.txt`)))
  expect(notices.errors).toHaveLength(3)
  expect(notices.warnings).toEqual(['97 more files could not be opened'])
})

it('a dialog that was closed without choosing opened nothing, so that no page is left for it', async () => {
  const { it, notices } = opening()
  await it.open([])
  expect(it.times).toBe(0)
  await it.open([file('a.png')])
  expect(it.times).toBe(1)
  expect(notices.errors).toEqual([])
})

import { expect, it } from 'vitest'
import type { Answer, Bridge } from '../../contract/bridge.ts'
import { LimpidError } from '../../contract/errors.ts'
import { electronHost } from './electron.ts'

function aHost(bridge: Partial<Bridge>) {
  return electronHost(bridge as Bridge)
}

it('what the desktop answers is what was chosen and kept', async () => {
  const host = aHost({
    chooseFiles: async () => ({ value: ['/a.jpg'] }),
    chooseFolder: async () => ({ value: [] }),
    chooseTarget: async (suggested) => ({ value: suggested }),
    keepPicture: async (name, bytes) => ({ value: `/kept/${bytes.length}/${name}` }),
  })
  expect(await host.choose('files')).toEqual([{ path: '/a.jpg' }])
  expect(await host.choose('folder')).toEqual([])
  expect(await host.chooseTarget!('/b.png')).toBe('/b.png')
  expect(await host.handOver(new File(['x'], 'pasted.png'))).toBe('/kept/1/pasted.png')
})

it('what the desktop could not do is told in its own words, with what to do about it', async () => {
  const full = { code: 'disk-full', message: 'The disk is full.', hint: 'Make room on it.' } as const
  const fails = async (): Promise<Answer<never>> => ({ error: full })
  const host = aHost({ chooseFiles: fails, chooseFolder: fails, chooseTarget: fails, keepPicture: fails })
  const asking = [
    () => host.handOver(new File(['x'], 'pasted.png')),
    () => host.choose('files'),
    () => host.choose('folder'),
    () => host.chooseTarget!('/b.png'),
  ]
  for (const ask of asking) {
    const thrown = await ask().catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(LimpidError)
    expect((thrown as LimpidError).toData()).toEqual(full)
  }
})

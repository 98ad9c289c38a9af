import { expect, vi } from 'vitest'
import type { AppApi, AppEvent, Input, Output } from '../../../contract/api.ts'
import type { Picture } from '../../../contract/picture.ts'
import type { Host } from '../../host/host.ts'
import type { Wire } from '../../rpc.ts'
import { Connection } from '../connection.svelte.ts'
import { Workspace } from '../workspace.svelte.ts'
import { aPicture, heard } from './examples.ts'

/** A window on an application with one picture, whose events and answers a test gives one by one. */
export async function aWindow() {
  let push = (_event: AppEvent): void => {}
  async function* events(): AsyncGenerator<AppEvent> {
    for (;;) {
      yield await new Promise<AppEvent>((resolve) => {
        push = resolve
      })
    }
  }
  const asked: string[][] = []
  const removed: string[][] = []
  const restored: Input<'restore'>[] = []
  let cancelJobs: AppApi['cancelJobs'] = async () => ({})
  let answer = (_answer: Output<'addPictures'>): void => {}
  const api: Partial<AppApi> = {
    events,
    state: async () => ({
      version: '1',
      pictures: [aPicture('old.jpg')],
      jobs: [],
      models: [],
      settings: { theme: 'dark', backend: null, strength: 1 },
      backend: null,
      pinnedBackend: null,
    }),
    addPictures({ paths }) {
      asked.push(paths)
      return new Promise((resolve) => {
        answer = resolve
      })
    },
    async removePictures({ ids }) {
      removed.push(ids)
      return {}
    },
    cancelJobs: (input) => cancelJobs(input),
    async restore(asked) {
      restored.push(asked)
      return { jobs: [] }
    },
  }
  let handOver: Host['handOver'] = async ({ name }) => `/uploads/1/${name}`
  const host: Partial<Host> = {
    connect: async () => ({ wire: {} as Wire, closed: new Promise(() => {}), close: () => {} }),
    handOver: (file) => handOver(file),
  }
  const notices = heard()
  const connection = new Connection(host as Host, () => api as AppApi)
  const workspace = new Workspace(host as Host, notices, connection)
  void workspace.live(new AbortController().signal)
  await vi.waitFor(() => expect(workspace.library.loaded).toBe(true))
  return {
    workspace,
    notices,
    asked,
    removed,
    restored,
    /** Hands nothing over until what is given back is called. */
    uploadsWait(): () => void {
      let go = (): void => {}
      const waited = new Promise<void>((resolve) => {
        go = resolve
      })
      handOver = async ({ name }) => {
        await waited
        return `/uploads/1/${name}`
      }
      return go
    },
    uploadsFail() {
      handOver = async () => {
        throw new Error('The disk is full.')
      }
    },
    cancelFails() {
      cancelJobs = () => {
        throw new Error('The connection was lost.')
      }
    },
    shown: () => workspace.selection.current,
    strip: () => [...workspace.library.pictures.keys()],
    async happens(event: AppEvent) {
      push(event)
      await settled()
    },
    async answer(...pictures: Picture[]) {
      answer({ pictures, errors: [] })
      await settled()
    },
  }
}

/** What was asked for has been answered. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

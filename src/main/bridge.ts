/**
 * The desktop's side of the preload's bridge (contract/bridge.ts). Each message must come from the window's own page
 * and fit its schema; any other is refused.
 */
import path from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  ipcMain,
  type MessagePortMain,
  type OpenDialogOptions,
  shell,
} from 'electron'
import { z } from 'zod'
import type { Answer } from '../contract/bridge.ts'
import { LimpidError, toErrorData } from '../contract/errors.ts'
import { CHANNELS } from '../preload/channels.ts'
import { isPictureName, OPEN_FILTERS, saveFilters } from './file-filters.ts'
import { isOurs } from './scheme.ts'

export type Desk = {
  /** Answers the RPC that comes through `port`. */
  serve(port: MessagePortMain): void
  keepPicture(name: string, bytes: Uint8Array): Promise<string>
}

/** Bytes of a pasted picture; a file's own bytes never come this way. */
const MAX_PICTURE_BYTES = 512 * 1024 * 1024

const fileName = z.string().min(1).max(255)

const pictureBytes = z
  .instanceof(Uint8Array)
  .refine(({ length }) => length <= MAX_PICTURE_BYTES, 'at most 512 MB')

const absolutePath = z.string().max(32_768).refine(path.isAbsolute, 'an absolute path')

/** A name alone is suggested in the system's folder for its kind. `C:a` would name a drive, on Windows. */
const bareName = fileName.regex(/^[^\\/:\0]+$/, 'a path from the root, or a name alone')

export function serveBridge({ serve, keepPicture }: Desk): void {
  answer(CHANNELS.chooseFiles, z.tuple([]), chooseFiles)
  answer(CHANNELS.chooseFolder, z.tuple([]), (window) => choose(window, { properties: ['openDirectory'] }))
  answer(CHANNELS.chooseTarget, z.tuple([absolutePath.or(bareName)]), chooseTarget)
  answer(CHANNELS.keepPicture, z.tuple([fileName, pictureBytes]), (_window, name, bytes) =>
    keepPicture(name, bytes),
  )
  listen(CHANNELS.showInFolder, z.tuple([absolutePath]), (_event, file) => shell.showItemInFolder(file))
  listen(CHANNELS.rpc, z.tuple([z.null()]), ({ ports: [port] }) => {
    if (port) serve(port)
  })
}

/** The system's dialog to open pictures; [] if it was closed. */
export function chooseFiles(window: BrowserWindow): Promise<string[]> {
  return choose(window, { properties: ['openFile', 'multiSelections'], filters: OPEN_FILTERS })
}

async function choose(window: BrowserWindow, options: OpenDialogOptions): Promise<string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, options)
  return canceled ? [] : filePaths
}

async function chooseTarget(window: BrowserWindow, suggested: string): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: path.isAbsolute(suggested) ? suggested : path.join(folderFor(suggested), suggested),
    filters: saveFilters(suggested),
    properties: ['showOverwriteConfirmation', 'createDirectory'],
  })
  return canceled || filePath === '' ? null : filePath
}

function folderFor(name: string): string {
  return app.getPath(isPictureName(name) ? 'pictures' : 'documents')
}

/** A message that wants an answer. */
function answer<Args extends z.ZodType<unknown[]>>(
  channel: string,
  schema: Args,
  work: (window: BrowserWindow, ...args: z.output<Args>) => Promise<unknown>,
): void {
  ipcMain.handle(channel, async (event, ...args): Promise<Answer<unknown>> => {
    try {
      const window = requireOwnPage(event)
      return { value: await work(window, ...fitting(schema, args, channel)) }
    } catch (thrown) {
      const error = toErrorData(thrown)
      if (error.code === 'internal') console.error(thrown)
      return { error }
    }
  })
}

/** A message that wants none: what is wrong with it is told nobody but the log. */
function listen<Args extends z.ZodType<unknown[]>>(
  channel: string,
  schema: Args,
  work: (event: IpcMainEvent, ...args: z.output<Args>) => void,
): void {
  ipcMain.on(channel, (event, ...args) => {
    try {
      requireOwnPage(event)
      work(event, ...fitting(schema, args, channel))
    } catch (thrown) {
      console.error(thrown)
    }
  })
}

/** The window whose page sent a message: its top frame, showing the app's own page. */
function requireOwnPage(event: IpcMainEvent | IpcMainInvokeEvent): BrowserWindow {
  const window = BrowserWindow.fromWebContents(event.sender)
  const frame = event.senderFrame
  if (window && frame && frame === event.sender.mainFrame && isOurs(frame.url)) return window
  throw new LimpidError('bad-request', `A message from ${frame?.url ?? 'a page that is gone'} was refused.`)
}

function fitting<Schema extends z.ZodType>(schema: Schema, args: unknown, channel: string): z.output<Schema> {
  const result = schema.safeParse(args)
  if (result.success) return result.data
  throw new LimpidError(
    'bad-request',
    `A message ${channel} does not fit: ${result.error.issues[0]?.message}.`,
  )
}

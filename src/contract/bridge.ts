/**
 * What a window and its face agree on besides the `api` table: where the RPC wire comes from, where pictures are
 * uploaded and served, and what the preload of Electron hands to the page.
 */

import type { ErrorData } from './errors.ts'

/** `window.limpid`, put there by the preload with contextBridge. Absent in the browser face. */
export type Bridge = {
  /** Absolute path of a dropped or pasted file or folder; '' if it has none (a bitmap off the clipboard). */
  pathForFile(file: File): string
  /** The system's dialogs. Absolute paths; empty if it was closed without choosing. */
  chooseFiles(): Promise<Answer<string[]>>
  chooseFolder(): Promise<Answer<string[]>>
  /**
   * Where to save; null if closed. The dialog itself asks before it returns a path that exists.
   *
   * @param suggested an absolute path, or a name alone
   */
  chooseTarget(suggested: string): Promise<Answer<string | null>>
  showInFolder(path: string): void
  /** Keeps a picture that has no file (pasted, the sample) as a file in the cache; gives its absolute path. */
  keepPicture(name: string, bytes: Uint8Array): Promise<Answer<string>>
}

/** Errors cross as data: of one that is thrown, Electron hands on the text alone. */
export type Answer<T> = { value: T } | { error: ErrorData }

/**
 * Electron: the page posts `{ type: RPC_REQUEST }` to its own window as soon as it listens (and again to reconnect);
 * the preload answers each with `window.postMessage({ type: RPC_PORT }, '*', [port])`. A port that comes unasked,
 * after `load`, is taken too.
 */
export const RPC_REQUEST = 'limpid-rpc-request'
export const RPC_PORT = 'limpid-rpc'

/** Browser face, relative to the page: the WebSocket of the RPC. */
export const RPC_PATH = 'rpc'
/** `POST upload?name=photo.jpg`, body: the file's bytes → `{ path }`, for `addPictures`. Errors: `ErrorData` as JSON. */
export const UPLOAD_PATH = 'upload'
/** `media/<path>`: the media root, in both faces relative to the page. */
export const MEDIA_PATH = 'media'

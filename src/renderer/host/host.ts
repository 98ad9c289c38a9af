/** The face that a window runs in, as far as the window must know: wires, files in, files out. */
import type { LimpidError } from '../../contract/errors.ts'
import type { Wire } from '../rpc.ts'

export type Host = {
  readonly face: 'electron' | 'browser'
  /** A fresh wire to the application; rejects if it can't be had. `closed` resolves when it breaks. */
  connect(signal: AbortSignal): Promise<{ wire: Wire; closed: Promise<void>; close(): void }>
  /** Address of a file below the media root. */
  mediaUrl(path: string): string

  /** What was dropped or pasted. Reads `transfer` before it first awaits, as browsers ask. */
  openables(transfer: DataTransfer): Promise<Openable[]>
  /** By dialog; empty if it was closed. */
  choose(what: 'files' | 'folder'): Promise<Openable[]>
  /** Hands a file's bytes to the application; gives the path that it can open. Throws a LimpidError. */
  handOver(file: File): Promise<string>

  /** Where to save, by the system's dialog (which asks before replacing); null if closed. Absent: saving is downloading. */
  chooseTarget?: (suggested: string) => Promise<string | null>
  showInFolder?: (path: string) => void
  /** Downloads a file below the media root, under that name. */
  download(path: string, name: string): Promise<void>
}

/** Something to open: a path that the application can read itself, a file to be handed over first, or why neither. */
export type Openable = { path: string } | { file: File } | { error: LimpidError }

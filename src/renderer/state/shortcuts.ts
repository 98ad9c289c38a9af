/** Every key of the window: one table, read by the keyboard handler and by the sheet that lists them. */

export type Action =
  | 'open'
  | 'open-folder'
  | 'restore'
  | 'save'
  | 'save-as'
  | 'cancel'
  | 'settings'
  | 'help'
  | 'fit'
  | 'zoom-100'
  | 'zoom-200'
  | 'zoom-in'
  | 'zoom-out'
  | 'split'
  | 'beside'
  | 'hold'
  | 'toggle-step'
  | 'choose-all'
  | 'remove'
  | 'next'
  | 'previous'

type Shortcut = {
  action: Action
  /** `KeyboardEvent.key`, lower case. */
  keys: string[]
  /** With Ctrl, on a Mac with Command. */
  command?: boolean
  shift?: boolean
}

const SHORTCUTS: Shortcut[] = [
  { action: 'open', keys: ['o'], command: true },
  { action: 'open-folder', keys: ['o'], command: true, shift: true },
  { action: 'restore', keys: ['enter'], command: true },
  { action: 'save', keys: ['s'], command: true },
  { action: 'save-as', keys: ['s'], command: true, shift: true },
  { action: 'cancel', keys: ['.'], command: true },
  { action: 'settings', keys: [','], command: true },
  { action: 'help', keys: ['?', 'f1'] },
  { action: 'fit', keys: ['0'] },
  { action: 'zoom-100', keys: ['1'] },
  { action: 'zoom-200', keys: ['2'] },
  { action: 'zoom-in', keys: ['+', '='] },
  { action: 'zoom-out', keys: ['-', '_'] },
  { action: 'split', keys: ['s'] },
  { action: 'beside', keys: ['b'] },
  { action: 'hold', keys: ['h'] },
  { action: 'toggle-step', keys: ['d'] },
  { action: 'choose-all', keys: ['a'], command: true },
  { action: 'remove', keys: ['delete'] },
  { action: 'next', keys: ['arrowdown', 'pagedown'] },
  { action: 'previous', keys: ['arrowup', 'pageup'] },
]

/** Signs that need Shift on some keyboards: there Shift says nothing. */
const SIGNS = /^[^a-z0-9]$/

export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'repeat'>

/** A held key does these once. */
const ONCE: ReadonlySet<Action> = new Set(['restore', 'remove'])

/** What a key press asks for, or null. */
export function actionOf(press: KeyPress): Action | null {
  if (press.altKey) return null
  const key = press.key.toLowerCase()
  const command = press.ctrlKey || press.metaKey
  const found = SHORTCUTS.find(
    (shortcut) =>
      shortcut.keys.includes(key) &&
      (shortcut.command ?? false) === command &&
      (SIGNS.test(key) || (shortcut.shift ?? false) === press.shiftKey),
  )
  if (!found || (press.repeat && ONCE.has(found.action))) return null
  return found.action
}

/** Takes what is chosen off the strip that has the focus. A held key does so once: all would go one after the other. */
export function takesOff({ key, repeat }: Pick<KeyPress, 'key' | 'repeat'>): boolean {
  return (key === 'Delete' || key === 'Backspace') && !repeat
}

/** For the sheet: what a person reads. `Mod` is Ctrl, on a Mac ⌘. */
export const SHORTCUT_SHEET: { title: string; rows: { keys: string[]; does: string }[] }[] = [
  {
    title: 'Pictures',
    rows: [
      { keys: ['Mod+O'], does: 'Open pictures' },
      { keys: ['Mod+Shift+O'], does: 'Open a folder' },
      { keys: ['Mod+V'], does: 'Paste a picture' },
      { keys: ['↑', '↓'], does: 'Previous, next picture' },
      { keys: ['Shift+↑', 'Shift+↓'], does: 'Choose several, on the strip' },
      { keys: ['Mod+A'], does: 'Choose all' },
      { keys: ['Delete'], does: 'Take off the strip; the file stays' },
    ],
  },
  {
    title: 'Restore',
    rows: [
      { keys: ['Mod+Enter'], does: 'Restore what is chosen' },
      { keys: ['D'], does: 'Denoise step on or off' },
      { keys: ['Mod+.'], does: 'Cancel what is running' },
      { keys: ['Mod+S'], does: 'Save' },
      { keys: ['Mod+Shift+S'], does: 'Save as' },
    ],
  },
  {
    title: 'Compare',
    rows: [
      { keys: ['Space'], does: 'Hold: see the original' },
      { keys: ['S', 'B', 'H'], does: 'Split, side by side, hold' },
      { keys: ['←', '→'], does: 'Move the split, when it has the focus' },
      { keys: ['+', '−'], does: 'Zoom in, out' },
      { keys: ['0', '1', '2'], does: 'Fit, 100 %, 200 %' },
    ],
  },
  {
    title: 'Window',
    rows: [
      { keys: ['Mod+,'], does: 'Settings' },
      { keys: ['?'], does: 'This sheet' },
    ],
  },
]

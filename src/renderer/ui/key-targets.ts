/** Whose a key press is: that of what has the focus, or the window's. */

/** What is typed into. */
export const TEXT = 'input, textarea, [contenteditable]'
/** bits-ui's choices take what is typed for the beginning of an option, and leave `defaultPrevented` as it is. */
export const TYPED_AHEAD = '[role="combobox"]'
/** One that is being closed is still there for a moment. */
const OPEN_DIALOG = '[role="dialog"][data-state="open"]'

export function isIn(event: KeyboardEvent, selector: string): boolean {
  return event.target instanceof Element && event.target.closest(selector) !== null
}

export function isDialogOpen(): boolean {
  return document.querySelector(OPEN_DIALOG) !== null
}

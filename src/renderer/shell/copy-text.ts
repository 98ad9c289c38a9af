/** Text → clipboard. Electron's window grants no permission, so the old way stands behind the new one. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  // Inside the open dialog, which would take the focus away from anything outside it.
  const place = document.querySelector('[role="dialog"]') ?? document.body
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'unseen'
  place.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  return copied
}

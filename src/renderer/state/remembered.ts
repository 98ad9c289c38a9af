/** Small things that a window remembers by itself between two openings. None is missed if it is gone. */

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(`limpid.${key}`, JSON.stringify(value))
  } catch {
    // No storage (private mode, a full disk): forgotten when the window closes.
  }
}

/** As text; null: nothing is. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`limpid.${key}`)
  } catch {
    return null
  }
}

export function recall<T>(key: string, otherwise: T): T {
  const text = remembered(key)
  try {
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}

/** The browser's own storage; a browser that refuses it only forgets. */

const PREFIX = 'tapmesh.'
const storeOf = (where: 'local' | 'session'): Storage =>
  where === 'local' ? window.localStorage : window.sessionStorage

export function recall(where: 'local' | 'session', name: string): string | null {
  try {
    return storeOf(where).getItem(PREFIX + name)
  } catch {
    return null
  }
}

export function remember(where: 'local' | 'session', name: string, value: string): void {
  try {
    storeOf(where).setItem(PREFIX + name, value)
  } catch {
    // Private windows and full storage throw; the page works without.
  }
}

import { recall, remember } from './memory.ts'

/** The token for changes comes once, in the fragment `#token=…`, and leaves the address bar at once. */

let token: string | null = null

export function takeToken(): void {
  const match = /^#token=([0-9a-f]{16,128})$/.exec(window.location.hash)
  if (match) {
    remember('session', 'token', match[1]!)
    window.history.replaceState(null, '', window.location.pathname + window.location.search)
  }
  token = match?.[1] ?? recall('session', 'token')
}

/** The token, or null where nothing may be changed on the server. */
export function knownToken(): string | null {
  return token
}

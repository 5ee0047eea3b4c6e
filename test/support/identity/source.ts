import type { Identity, IdentitySource } from '../../../tap-proxy/identity/identity.ts'

/** A source whose identity the test changes by hand. */
export interface HeldSource extends IdentitySource {
  set(identity: Identity): void
}

export function heldSource(first?: Identity): HeldSource {
  const listeners = new Set<(identity: Identity) => void>()
  let current = first
  return {
    get current() {
      return current
    },
    onChange(listener) {
      listeners.add(listener)
      if (current) listener(current)
      return () => listeners.delete(listener)
    },
    close() {},
    set(identity) {
      current = identity
      for (const listener of listeners) listener(identity)
    },
  }
}

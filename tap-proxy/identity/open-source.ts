import { readToken } from '../config/token.ts'
import type { IdentitySettings, TapSettings } from '../settings.ts'
import { FileSource } from './file-source.ts'
import type { Identity, IdentitySource } from './identity.ts'
import { JoinSource } from './join-source.ts'
import type { SecureCounters } from './secure-counters.ts'

export interface SourceEvents {
  identityTaken(identity: Identity): void
  identityFailed(error: unknown, late: boolean): void
}

/** Where the certificate of a tap comes from, as its settings say. */
export function openIdentitySource(
  settings: IdentitySettings,
  { tap, collector }: TapSettings,
  events: SourceEvents,
  counters: SecureCounters,
): IdentitySource {
  const told = {
    taken: (identity: Identity) => events.identityTaken(identity),
    failed: (error: unknown, late: boolean) => {
      counters.identityFailures++
      events.identityFailed(error, late)
    },
  }
  if (settings.kind === 'files') return new FileSource(settings.folder, told)
  return new JoinSource(
    { url: collector?.url ?? '', token: collector?.token, tap },
    async () => settings.token ?? (settings.file === undefined ? undefined : readToken(settings.file)),
    told,
  )
}

import { TapmeshError } from '../model/error.ts'
import { wellFormed } from './text-field.ts'

/** Who changes something and why, as they say: kept for people, proof of nothing. */

const REASON_CHARACTERS_MAX = 500
const ACTOR_CHARACTERS_MAX = 100
/** Who gives no name has shown the token and nothing else. */
export const ACTOR_DEFAULT = 'token'
/** Who changes something without being asked. */
export const ACTOR_CONTROL = 'control'

/** @throws TapmeshError TAPMESH_REASON_MISSING */
export function reasonOf(text: unknown): string {
  const reason = typeof text === 'string' ? wellFormed(text.trim()) : ''
  if (reason !== '' && reason.length <= REASON_CHARACTERS_MAX) return reason
  throw new TapmeshError(
    'TAPMESH_REASON_MISSING',
    reason === ''
      ? 'the change has no reason'
      : `the reason is longer than ${REASON_CHARACTERS_MAX} characters`,
    'Say in a sentence why it is made; it stays in the audit.',
  )
}

export function actorOf(text: string | undefined): string {
  const actor = wellFormed((text ?? '').trim()).slice(0, ACTOR_CHARACTERS_MAX)
  return actor === '' ? ACTOR_DEFAULT : actor
}

import type { Health } from '../../graph-api/contract.ts'
import { BADGES } from '../../picture/palette.ts'
import { HEALTH_WORDS } from '../../picture/sentence.ts'

/** Health as shape, colour and word. */
export function HealthMark({ health, word = false }: { health: Health; word?: boolean }) {
  return (
    <span class={`health is-${health}`} title={HEALTH_WORDS[health]}>
      <span aria-hidden="true">{BADGES[health]}</span>
      <span class={word ? 'health-word' : 'hidden'}>{HEALTH_WORDS[health]}</span>
    </span>
  )
}

/** Outcome of a call as a status chip. */
export function StatusChip({ status, outcome, flags }: { status: string; outcome: string; flags: string }) {
  const tone = outcome === 'ok' ? 'ok' : outcome === 'client_error' || outcome === 'denied' ? 'warn' : 'bad'
  return (
    <span class={`chip is-${tone}`} title={outcome.replace('_', ' ')}>
      {status || outcome}
      {flags === '' ? null : <span class="chip-flags">{flags}</span>}
    </span>
  )
}

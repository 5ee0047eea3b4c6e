import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Health } from '../../graph-api/contract.ts'
import { HEALTH_WORDS } from '../../picture/sentence.ts'
import { base } from './view.ts'

/** What changed for the worse or the better, for those who hear the map instead of seeing it. */

/** Nothing is said more often than this. */
const SAID_MS = 5000
/** Services named at a time. */
const NAMED_MAX = 3
const JUDGED: ReadonlySet<Health> = new Set<Health>(['ok', 'warn', 'bad'])

function changes(before: ReadonlyMap<string, Health>, now: ReadonlyMap<string, Health>): string {
  const changed = [...now].filter(([id, health]) => {
    const was = before.get(id)
    return was !== undefined && was !== health && JUDGED.has(was) && JUDGED.has(health)
  })
  const words = changed.slice(0, NAMED_MAX).map(([id, health]) => `${id} is ${HEALTH_WORDS[health]}`)
  const more = changed.length - words.length
  return [...words, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

export function Spoken() {
  const text = useSignal('')
  const said = useRef<ReadonlyMap<string, Health>>(new Map())
  useEffect(() => {
    const timer = window.setInterval(() => {
      const now = new Map((base.peek()?.nodes ?? []).map((node) => [node.id, node.health]))
      const next = changes(said.current, now)
      said.current = now
      if (next !== '') text.value = next
    }, SAID_MS)
    return () => window.clearInterval(timer)
  }, [text])
  return (
    <p class="hidden" aria-live="polite" data-spoken>
      {text.value}
    </p>
  )
}

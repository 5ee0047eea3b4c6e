import type { EdgeAnswer } from '../../graph-api/contract.ts'
import { CallList } from './lists.tsx'

/** Calls worth opening: the slowest, the last failures, and what is usual. */

const KINDS = [
  { kind: 'slowest', title: 'Slowest', none: '' },
  { kind: 'failed', title: 'Failed', none: 'None failed in this window.' },
  { kind: 'median', title: 'Usual', none: '' },
] as const

export function Exemplars({ exemplars }: { exemplars: EdgeAnswer['exemplars'] }) {
  return (
    <div class="exemplars">
      {KINDS.map(({ kind, title, none }) => {
        const calls = exemplars.filter((it) => it.kind === kind).map((it) => it.call)
        return calls.length === 0 && none === '' ? null : (
          <div key={kind} data-exemplars={kind}>
            <h3>{title}</h3>
            {calls.length > 0 ? <CallList calls={calls} /> : <p class="muted">{none}</p>}
          </div>
        )
      })}
    </div>
  )
}

import type { Difference } from './setting.ts'

/** What a change changes, before and after, key by key. */

export function Differences({ rows }: { rows: readonly Pick<Difference, 'name' | 'before' | 'after'>[] }) {
  return (
    <ul class="diff" aria-label="What changes">
      {rows.map(({ name, before, after }) => (
        <li key={name}>
          <span class="mono">{name}</span>
          <del>
            <span class="hidden">before </span>
            {before}
          </del>
          <span aria-hidden="true">→</span>
          <ins>
            <span class="hidden">after </span>
            {after}
          </ins>
        </li>
      ))}
    </ul>
  )
}

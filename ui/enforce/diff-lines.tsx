import type { DiffLine } from './proposal.ts'

/** Lines as a diff has them, told by a mark as well as by colour. */

const MARKS: Readonly<Record<DiffLine['kind'], string>> = { kept: '  ', del: '− ', ins: '+ ' }

export function DiffLines({ lines, label }: { lines: readonly DiffLine[]; label: string }) {
  return (
    <figure class="diff-lines" aria-label={label}>
      {lines.map(({ kind, text }) => {
        const Line = kind === 'kept' ? 'span' : kind
        return (
          <Line key={`${kind} ${text}`} class={kind}>
            <span aria-hidden="true">{MARKS[kind]}</span>
            {text}
          </Line>
        )
      })}
    </figure>
  )
}

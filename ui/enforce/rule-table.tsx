import type { PoliciesAnswer } from '../../model/enforcement.ts'
import { wholeText } from '../../picture/format.ts'
import { PlainHead } from '../parts/plain-table.tsx'
import { sinceText } from '../parts/since.ts'

/** Rules of one service with the recorded calls that fit them. */

type Service = PoliciesAnswer['services'][number]
type Rule = Service['rules'][number]

const listed = (words: readonly string[]): string => (words.length === 0 ? 'any' : words.join(', '))

function Row({ rule }: { rule: Rule }) {
  return (
    <tr data-rule={rule.id} data-unused={rule.unused}>
      <td>
        <span class="mono strong">{rule.id}</span>
        {rule.unused ? (
          <span class="cell-remark is-warn">
            <span aria-hidden="true">▲ </span>unused: no call fits it
          </span>
        ) : null}
      </td>
      <td>
        <b class={rule.action === 'deny' ? 'tone-text is-bad' : ''}>{rule.action}</b>
      </td>
      <td class="mono wrap">{listed(rule.from)}</td>
      <td class="mono wrap">{listed(rule.methods)}</td>
      <td class="mono wrap">
        {listed(rule.paths)}
        {rule.headers.length > 0 ? (
          <span class="cell-remark">asks for header {rule.headers.join(', ')}, which is not recorded</span>
        ) : null}
      </td>
      <td class="number">{wholeText(rule.hits)}</td>
      <td class="number faint">{sinceText(rule.last_seen)}</td>
      <td class="number faint">{rule.line ?? '–'}</td>
    </tr>
  )
}

export function RuleTable({ service }: { service: Service }) {
  if (service.rules.length === 0) return <p class="muted">No rules: the default decides about every call.</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="table-scroll inside" aria-label={`Rules of ${service.service}`} tabIndex={0}>
      <table>
        <PlainHead
          words={['Rule', 'Action', 'Callers', 'Methods', 'Paths']}
          figures={['Calls', 'Last seen', 'Line']}
        />
        <tbody>
          {service.rules.map((rule) => (
            <Row key={rule.id} rule={rule} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

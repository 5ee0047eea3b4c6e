import type { PolicyChange } from '../../model/enforcement.ts'
import { CATALOGUE, type Feature } from '../../model/feature.ts'
import type { Explained } from '../../policy/explain.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { plain, table } from './table.ts'

/** What `tapmesh config explain` and `config diff` say to people. */

type Look = Pick<Terminal, 'style' | 'width'>

export function explainLines(feature: Feature, rows: readonly Explained[], { style, width }: Look): string[] {
  const place = ({ origin, place }: Explained) =>
    place === undefined ? origin : `${place.file}:${place.line}${origin === 'caller' ? ' (caller)' : ''}`
  return [
    ...table(
      [{ title: 'setting' }, { title: 'value', flexible: true }, { title: 'said by' }],
      rows.map((row) => [row.name, row.value, place(row)]),
      width(),
      style.bold,
    ),
    style.dim(`Effect: ${CATALOGUE[feature].effect}`),
    style.dim(`Evidence: ${CATALOGUE[feature].evidence}`),
  ]
}

export function diffLines(changes: readonly PolicyChange[], { style }: Look): string[] {
  if (changes.length === 0) return ['Nothing changes for any call.']
  const lines: string[] = []
  let head = ''
  for (const { service, caller, feature, name, before, after } of changes) {
    const title = `${service}.${feature}${caller === '' ? '' : ` for ${caller}`}`
    if (title !== head) lines.push(style.bold(plain(title)))
    head = title
    if (before !== 'none') lines.push(style.red(plain(`  - ${name}: ${before}`)))
    if (after !== 'none') lines.push(style.green(plain(`  + ${name}: ${after}`)))
  }
  return lines
}

import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import { filled } from '../question/filled.ts'
import type { Question } from '../question/question.ts'
import type { Variant } from '../question/target.ts'

/** Names that Prometheus gives the columns of its answers: one query is `Value`, several are `Value #A`. */
const valueColumn = (index: number): string =>
  `/^Value( #${String.fromCharCode('A'.charCodeAt(0) + index)})?$/`

const TRACE_LINK = {
  title: 'Open the trace',
  url: `${filled('tapmesh')}/trace/${filled('__value.raw')}`,
  targetBlank: true,
}

/** Rows and columns; the answers of several queries are joined by their labels. */
export function tablePanel(question: Question, variant: Variant): PanelBuilder {
  const panel = new PanelBuilder().filterable(true)
  const unitOf = (column: string): string => question.units?.[column] ?? question.unit
  if (variant === 'prometheus') {
    panel.withTransformation({ id: 'merge', options: {} })
    panel.withTransformation({ id: 'organize', options: { excludeByName: { Time: true, __name__: true } } })
    question.prometheus!.forEach(({ legend }, index) => {
      panel.overrideByRegexp(valueColumn(index), [
        { id: 'displayName', value: legend },
        { id: 'unit', value: unitOf(legend) },
      ])
    })
    return panel
  }
  for (const [column, unit] of Object.entries(question.units ?? {})) {
    panel.overrideByName(column, [{ id: 'unit', value: unit }])
  }
  return panel.overrideByName('trace_id', [{ id: 'links', value: [TRACE_LINK] }])
}

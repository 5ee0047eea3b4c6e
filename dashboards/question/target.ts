import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { filled } from './filled.ts'
import type { ClickHouseTarget, Look, PrometheusTarget } from './question.ts'

/** Questions as the data sources of Grafana take them. */

export type Variant = 'prometheus' | 'clickhouse'

/** Type of the plugin of each variant; which of them is asked stands in the variable `datasource` alone. */
export const PLUGINS: Readonly<Record<Variant, string>> = {
  prometheus: 'prometheus',
  clickhouse: 'grafana-clickhouse-datasource',
}

export function datasourceOf(variant: Variant): { type: string; uid: string } {
  return { type: PLUGINS[variant], uid: filled('datasource') }
}

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index)

export function prometheusTarget(target: PrometheusTarget, look: Look, index: number): Builder<Dataquery> {
  const query = new DataqueryBuilder()
    .datasource(datasourceOf('prometheus'))
    .expr(target.expr)
    .legendFormat(target.legend)
    .refId(refId(index))
  if (look === 'table') return query.instant().format(PromQueryFormat.Table)
  return query.range().format(look === 'heatmap' ? PromQueryFormat.Heatmap : PromQueryFormat.TimeSeries)
}

/** How the ClickHouse plugin reads rows: its `queryType` and the number of it. */
const FORMATS: Readonly<Record<Look, { queryType: string; format: number }>> = {
  line: { queryType: 'timeseries', format: 0 },
  stack: { queryType: 'timeseries', format: 0 },
  stat: { queryType: 'timeseries', format: 0 },
  heatmap: { queryType: 'timeseries', format: 0 },
  table: { queryType: 'table', format: 1 },
  nodes: { queryType: 'table', format: 1 },
  logs: { queryType: 'logs', format: 2 },
}

/** A target of the plugin grafana-clickhouse-datasource 4, for which the SDK has no builder. */
export function clickHouseTarget(target: ClickHouseTarget, look: Look, index: number): Builder<Dataquery> {
  // An answer without a column of time is no series, whatever draws it.
  const timed = /\bAS time\b/.test(target.sql)
  const query = {
    datasource: datasourceOf('clickhouse'),
    editorType: 'sql',
    rawSql: target.sql,
    ...(look === 'stat' && !timed ? FORMATS.table : FORMATS[look]),
    refId: refId(index),
    pluginVersion: '4.0.0',
    _implementsDataqueryVariant() {},
  }
  return { build: () => query }
}

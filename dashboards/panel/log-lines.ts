import { LogsDedupStrategy, LogsSortOrder } from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/logs'

/** Lines of text with a time and a level. */
export function logLinesPanel(): PanelBuilder {
  return new PanelBuilder()
    .showTime(true)
    .showLabels(false)
    .wrapLogMessage(false)
    .enableLogDetails(true)
    .sortOrder(LogsSortOrder.Descending)
    .dedupStrategy(LogsDedupStrategy.None)
}

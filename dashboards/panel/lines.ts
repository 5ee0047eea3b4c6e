import {
  GraphGradientMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

/** Numbers over time, as lines or stacked upon each other. Gaps stay gaps: no calls is not zero seconds. */
export function linesPanel(stacked: boolean): PanelBuilder {
  const panel = new PanelBuilder()
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 0)
    .gradientMode(GraphGradientMode.None)
    .spanNulls(false)
    .min(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
  return stacked ? panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)) : panel
}

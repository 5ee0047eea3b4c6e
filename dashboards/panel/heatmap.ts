import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap'

/** Buckets over time; the buckets come ready-made from the tap. */
export function heatmapPanel(unit: string): PanelBuilder {
  return new PanelBuilder()
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues'))
    .yAxis(new YAxisConfigBuilder().unit(unit))
}

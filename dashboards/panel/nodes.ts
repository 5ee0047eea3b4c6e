import {
  ArcOptionBuilder,
  EdgeOptionsBuilder,
  NodeOptionsBuilder,
  PanelBuilder,
} from '@grafana/grafana-foundation-sdk/nodegraph'

/** Nodes and edges: the first target's rows are nodes, the second's edges. The arc is the share that failed. */
export function nodesPanel(unit: string): PanelBuilder {
  return new PanelBuilder()
    .nodes(
      new NodeOptionsBuilder()
        .mainStatUnit(unit)
        .arcs([
          new ArcOptionBuilder().field('arc__failed').color('#D55E00'),
          new ArcOptionBuilder().field('arc__ok').color('#0072B2'),
        ]),
    )
    .edges(new EdgeOptionsBuilder().mainStatUnit(unit).secondaryStatUnit('percentunit'))
}

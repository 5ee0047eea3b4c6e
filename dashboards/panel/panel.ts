import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { filled } from '../question/filled.ts'
import type { Place } from '../question/grid.ts'
import type { Page, Question } from '../question/question.ts'
import { clickHouseTarget, datasourceOf, prometheusTarget, type Variant } from '../question/target.ts'
import { heatmapPanel } from './heatmap.ts'
import { linesPanel } from './lines.ts'
import { logLinesPanel } from './log-lines.ts'
import { nodesPanel } from './nodes.ts'
import { statPanel } from './stat.ts'
import { tablePanel } from './table.ts'

/** A question as a panel: its look, and what every panel has (description, unit, link, place). */

const PATHS: Readonly<Record<Page, string>> = {
  map: '/map',
  service: `/service/${filled('service:percentencode')}`,
  edge: `/edge/${filled('source:percentencode')}/${filled('destination:percentencode')}`,
  calls: '/calls',
  status: '/status',
}

/** The same window on a page of tapmesh. */
export function addressOf(page: Page): string {
  const window = `from=${filled('__from:date:iso')}&to=${filled('__to:date:iso')}`
  return `${filled('tapmesh')}${PATHS[page]}?${window}`
}

function lookOf(question: Question, variant: Variant) {
  switch (question.look) {
    case 'line':
      return linesPanel(false)
    case 'stack':
      return linesPanel(true)
    case 'stat':
      return statPanel()
    case 'table':
      return tablePanel(question, variant)
    case 'heatmap':
      return heatmapPanel(question.unit)
    case 'nodes':
      return nodesPanel(question.unit)
    case 'logs':
      return logLinesPanel()
  }
}

/** @param id above 0, its own in the dashboard */
export function panelOf(question: Question, variant: Variant, id: number, place: Place): Builder<Panel> {
  const { look } = question
  const targets =
    variant === 'prometheus'
      ? question.prometheus!.map((target, index) => prometheusTarget(target, look, index))
      : question.clickhouse!.map((target, index) => clickHouseTarget(target, look, index))
  const link = new DashboardLinkBuilder('Open in tapmesh')
    .type(DashboardLinkType.Link)
    .url(addressOf(question.page))
    .targetBlank(true)
  return lookOf(question, variant)
    .id(id)
    .title(question.title)
    .description(question.description)
    .datasource(datasourceOf(variant))
    .targets(targets)
    .unit(question.unit)
    .noValue('no traffic')
    .links([link])
    .gridPos(place)
}

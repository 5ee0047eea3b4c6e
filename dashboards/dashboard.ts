import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  CustomVariableBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { panelOf } from './panel/panel.ts'
import { placesOf } from './question/grid.ts'
import type { Board, Choice, Question } from './question/question.ts'
import { datasourceOf, PLUGINS, type Variant } from './question/target.ts'

/** A board as a dashboard of Grafana; all have the same shape. */

/** Where the UI of tapmesh is; readers change it at the head of the dashboard. */
const TAPMESH_URL = 'http://127.0.0.1:7400'
const TAG = 'tapmesh'
const TITLES: Readonly<Record<Variant, string>> = { prometheus: 'Prometheus', clickhouse: 'ClickHouse' }

export function questionsOf(board: Board, variant: Variant): Question[] {
  return board.questions.filter((question) => question[variant] !== undefined)
}

function choiceVariable(choice: Choice, variant: Variant): Builder<VariableModel>[] {
  const values = choice[variant]
  if (values === undefined) return []
  if (typeof values !== 'string') {
    const [first = ''] = values
    return [
      new CustomVariableBuilder(choice.name)
        .label(choice.label)
        .values(values.join(','))
        .current({ text: first, value: first })
        .options(values.map((value, index) => ({ text: value, value, selected: index === 0 }))),
    ]
  }
  return [
    new QueryVariableBuilder(choice.name)
      .label(choice.label)
      .datasource(datasourceOf(variant))
      .query(values)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc),
  ]
}

/** Undefined where the board asks nothing of that data source. */
export function dashboardOf(board: Board, variant: Variant): object | undefined {
  const questions = questionsOf(board, variant)
  if (questions.length === 0) return undefined
  const places = placesOf(questions)
  const builder = new DashboardBuilder(`tapmesh / ${board.title} (${TITLES[variant]})`)
    .uid(`tapmesh-${board.id}-${variant}`)
    .description(board.description)
    .tags([TAG, variant])
    .timezone('browser')
    .time({ from: 'now-30m', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(
      new DashboardLinkBuilder('tapmesh')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG, variant])
        .asDropdown(true)
        .keepTime(true),
    )
    .variables([
      new DatasourceVariableBuilder('datasource').label('Data source').type(PLUGINS[variant]),
      ...board.choices.flatMap((choice) => choiceVariable(choice, variant)),
      new TextBoxVariableBuilder('tapmesh').label('Address of tapmesh').defaultValue(TAPMESH_URL),
    ])
  questions.forEach((question, index) => {
    builder.withPanel(panelOf(question, variant, index + 1, places[index]!))
  })
  return builder.build()
}

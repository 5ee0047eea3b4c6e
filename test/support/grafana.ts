/**
 * What Grafana does to a target before it sends it: values for its own variables and for choices, and
 * the macros of the ClickHouse data source (its manual: Macros). Nothing it would fill in may be left.
 */

export interface View {
  /** Seconds since 1970. */
  from_s: number
  to_s: number
  /** Step of a series. */
  step_s: number
  choices: Readonly<Record<string, string>>
}

function withChoices(text: string, { choices }: View): string {
  let filled = text
  for (const [name, value] of Object.entries(choices)) {
    filled = filled.replaceAll(`$\{${name}:singlequote}`, `'${value.replaceAll("'", "\\'")}'`)
    filled = filled.replaceAll(new RegExp(`\\$${name}(?![A-Za-z0-9_])`, 'g'), value)
  }
  return filled
}

/** @throws where something is left that Grafana would not have known */
function checked(text: string): string {
  const left = /\$[_{A-Za-z][\w:{}]*/.exec(text)
  if (left) throw new Error(`Grafana knows no ${left[0]} in: ${text}`)
  return text
}

export function grafanaPromql(expr: string, view: View): string {
  const window = `${view.to_s - view.from_s}s`
  return checked(
    withChoices(expr, view)
      .replaceAll('$__rate_interval', `${view.step_s}s`)
      .replaceAll('$__range', window)
      .replaceAll('$__interval', `${view.step_s}s`),
  )
}

export function grafanaSql(sql: string, view: View): string {
  const from = `toDateTime(${view.from_s})`
  const to = `toDateTime(${view.to_s})`
  return checked(
    withChoices(sql, view)
      .replaceAll(/\$__timeFilter\((\w+)\)/g, (_, column) => `${column} >= ${from} AND ${column} <= ${to}`)
      .replaceAll(
        /\$__timeInterval\((\w+)\)/g,
        (_, column) => `toStartOfInterval(toDateTime(${column}), INTERVAL ${view.step_s} second)`,
      )
      .replaceAll('$__interval_s', String(view.step_s))
      .replaceAll('$__fromTime', from)
      .replaceAll('$__toTime', to),
  )
}

import { BOARDS } from '../../dashboards/boards.ts'
import { dashboardOf } from '../../dashboards/dashboard.ts'
import { filled } from '../../dashboards/question/filled.ts'
import { COLUMNS } from '../../dashboards/question/grid.ts'
import { PAGES } from '../../ui/pages.ts'
import { pageOf } from '../../ui/state/page.ts'
import { grafanaPromql, grafanaSql, type View } from '../support/grafana.ts'
import { DASHBOARDS, targetsOf } from './support/generated.ts'

const each = DASHBOARDS.map(([path, dashboard]) => ({ path, dashboard }))

test('every board has a Prometheus variant, a ClickHouse variant, or both', () => {
  expect(DASHBOARDS.map(([path]) => path.replace('dashboards/generated/', ''))).toEqual([
    'prometheus/overview.json',
    'clickhouse/overview.json',
    'prometheus/service.json',
    'clickhouse/service.json',
    'prometheus/edge.json',
    'clickhouse/edge.json',
    'clickhouse/routes.json',
    'prometheus/tcp.json',
    'clickhouse/tcp.json',
    'prometheus/slo.json',
    'clickhouse/slo.json',
    'prometheus/health.json',
    'clickhouse/health.json',
  ])
  expect(dashboardOf({ ...BOARDS[0]!, questions: [] }, 'prometheus')).toBeUndefined()
  const uids = DASHBOARDS.map(([, { uid }]) => uid)
  expect(new Set(uids).size).toBe(uids.length)
  // Grafana refuses longer ones.
  for (const uid of uids) expect(uid).toMatch(/^[a-z-]{1,40}$/)
})

test.each(each)(
  '$path: ids are its own, panels overlap nowhere and leave no hole in a row',
  ({ dashboard }) => {
    const { panels } = dashboard
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const cells = new Set<string>()
    let area = 0
    for (const { gridPos, title } of panels) {
      const { x, y, w, h } = gridPos
      expect([title, x >= 0 && w > 0 && h > 0 && x + w <= COLUMNS]).toEqual([title, true])
      area += w * h
      for (let column = x; column < x + w; column++) {
        for (let row = y; row < y + h; row++) cells.add(`${column} ${row}`)
      }
    }
    expect(cells.size).toBe(area)
    expect(area).toBe(COLUMNS * Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h)))
  },
)

test.each(each)(
  '$path: every panel says what it shows, in which unit, and opens tapmesh',
  ({ dashboard }) => {
    const { panels, templating } = dashboard
    const names = new Set(templating.list.map(({ name }) => name))
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length)
    for (const panel of panels) {
      expect([panel.title, panel.description]).toEqual([
        panel.title,
        expect.stringMatching(/^[A-Z1-9`].{20,}\.$/),
      ])
      expect([panel.title, panel.fieldConfig.defaults.unit]).toEqual([
        panel.title,
        expect.stringMatching(/^\w+$/),
      ])
      const [link] = panel.links
      expect(link!.url).toMatch(/^\$\{tapmesh\}\/.*\?from=\$\{__from:date:iso\}&to=\$\{__to:date:iso\}$/)
      const used = [...link!.url.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!)
      expect([panel.title, used.filter((name) => !name.startsWith('__') && !names.has(name))]).toEqual([
        panel.title,
        [],
      ])
      const path = link!.url
        .replace(filled('tapmesh'), '')
        .replaceAll(/\$\{[^}]+\}/g, 'x')
        .split('?')[0]!
      expect([path, pageOf(PAGES, path).name]).not.toEqual([path, 'missing'])
    }
  },
)

test.each(each)('$path: the data source is a variable everywhere', ({ dashboard }) => {
  const [source] = dashboard.templating.list
  expect(source).toMatchObject({ name: 'datasource', type: 'datasource' })
  for (const panel of dashboard.panels) {
    expect(panel.targets.length).toBeGreaterThan(0)
    for (const { datasource } of [panel, ...panel.targets]) {
      expect(datasource).toEqual({ type: source!.query, uid: filled('datasource') })
    }
    const refs = panel.targets.map(({ refId }) => refId)
    expect(new Set(refs).size).toBe(refs.length)
  }
  for (const { type, datasource } of dashboard.templating.list) {
    if (type === 'query') expect(datasource!.uid).toBe(filled('datasource'))
  }
  expect(JSON.stringify(dashboard)).not.toMatch(/"uid": ?"(?!\$|tapmesh-)/)
})

test('a query about calls fixes one reporter; only what taps say of themselves takes both', () => {
  for (const { where, text } of targetsOf('expr')) {
    const metrics = text.match(/tapmesh_request(?:s_total|s_failed_total|_duration_seconds\w*)\{[^}]*/g) ?? []
    const reporters = metrics.map((metric) => /reporter="(server|client)"/.exec(metric)?.[1])
    expect([where, reporters.includes(undefined), new Set(reporters).size <= 1]).toEqual([where, false, true])
    expect([where, /tapmesh_request(s_total|s_failed_total|_duration)\w*\[/.test(text)]).toEqual([
      where,
      false,
    ])
  }
  for (const { where, text } of targetsOf('rawSql')) {
    if (!/FROM tapmesh\.(calls|edge_|route_)/.test(text)) continue
    const reporters = new Set(text.match(/reporter (=|IN) \S+( '\w+'\))?/g))
    const allowed = where.includes('health')
      ? /^reporter IN \('server', 'client'\)$/
      : /^reporter = '(server|client)'$/
    expect([where, [...reporters]]).toEqual([where, [expect.stringMatching(allowed)]])
    const reads = text.match(/FROM tapmesh\.(calls|edge_|route_)/g)!.length
    const fixed = text.match(/\breporter (=|IN) /g)!.length
    expect([where, fixed]).toEqual([where, reads])
  }
})

test('nothing is left that Grafana would not fill in, and no rate has a window of its own', () => {
  const view: View = {
    from_s: 0,
    to_s: 60,
    step_s: 15,
    choices: { service: 'a', source: 'a', destination: 'b', objective: '99', threshold_ms: '250' },
  }
  for (const { text } of targetsOf('rawSql')) expect(grafanaSql(text, view)).not.toContain('$')
  for (const { where, text } of targetsOf('expr')) {
    expect(grafanaPromql(text, view)).not.toContain('$')
    expect([where, /\[\d/.test(text)]).toEqual([where, false])
  }
  expect(() => grafanaSql('SELECT $__timeFiltr(ts)', view)).toThrow('$__timeFiltr')
  expect(() => grafanaSql(`SELECT ${filled('servce:singlequote')}`, view)).toThrow('servce')
})

test('in a pair of targets there is a column of numbers for each PromQL target', () => {
  for (const board of BOARDS) {
    for (const { title, prometheus, clickhouse } of board.questions) {
      if (prometheus === undefined || clickhouse === undefined) continue
      const columns = clickhouse.flatMap(({ sql }) => [...sql.matchAll(/ AS (\w+)/g)])
      expect([title, columns.length >= prometheus.length]).toEqual([title, true])
    }
  }
})

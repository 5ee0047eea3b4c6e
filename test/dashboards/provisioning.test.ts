import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { filled } from '../../dashboards/question/filled.ts'
import { datasourceOf, PLUGINS } from '../../dashboards/question/target.ts'

/** The files for Grafana name what is really there. */

const FOLDER = join(import.meta.dirname, '../../dashboards')
const read = <Form>(path: string) => parse(readFileSync(join(FOLDER, path), 'utf8')) as Form

test('each provider names a folder of generated dashboards', () => {
  const { providers } = read<{ providers: { options: { path: string } }[] }>(
    'provisioning/dashboards/tapmesh.yaml',
  )
  const named = providers.map(({ options }) => options.path.replace('$TAPMESH_DASHBOARDS/', ''))
  expect(named.sort()).toEqual(readdirSync(join(FOLDER, 'generated')).sort())
})

test('there is a data source for each variant, and the dashboards name none by itself', () => {
  const { datasources } = read<{ datasources: { type: string }[] }>('provisioning/datasources/tapmesh.yaml')
  expect(datasources.map(({ type }) => type).sort()).toEqual(Object.values(PLUGINS).sort())
  expect(datasourceOf('clickhouse')).toEqual({ type: PLUGINS.clickhouse, uid: filled('datasource') })
})

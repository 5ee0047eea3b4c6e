import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testWith } from '../support/system.ts'
import { isAlive, startTapmesh, type TapmeshProcess } from '../support/tapmesh-process.ts'
import { until } from '../tap-proxy/support/stub-collector.ts'
import { call, startBackend } from './support/calls.ts'
import { startPrometheus } from './support/prometheus.ts'

/** A real Prometheus scrapes a tap that is reloaded again and again, and the collector it reports to. */
const CALLS = 60
const running: TapmeshProcess[] = []
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-scrape-'))
})

afterAll(async () => {
  for (const one of running) {
    if (isAlive(one.pid)) one.process.kill('SIGTERM')
    await one.ended()
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

function start(...words: string[]): TapmeshProcess {
  const one = startTapmesh(words)
  running.unshift(one)
  return one
}

testWith('prometheus')('no scrape fails, no call fails, and the counts are those of the calls', async () => {
  const backend = await startBackend()
  const up = start('up', '--data', join(folder, 'mesh'), '--port', '0', '--collector-port', '0')
  const collector = (await up.said(/^listening collector (\S+)$/m))[1]!
  const token = ['--token-file', join(folder, 'mesh', 'token')]
  const to = ['--listen', '0', '--to', backend.address, '--admin-port', '0', '--collector', collector]
  const tap = start('tap', '--service', 'orders', ...to, ...token)
  const admin = (await tap.said(/^listening admin (\S+)$/m))[1]!
  const port = Number((await tap.said(/^listening inbound orders \S+:(\d+)/m))[1])
  const jobs = { tap: [new URL(admin).host], collector: [new URL(collector).host] }
  const prometheus = await startPrometheus({ jobs, scrape_ms: 1000, rules: 'groups: []\n' })
  const value = async (expr: string) => (await prometheus.query(expr, Date.now() / 1000))[0]?.value
  const failed: number[] = []
  for (let index = 0; index < CALLS; index++) {
    tap.process.kill('SIGHUP')
    const { status } = await call(port, `/items/${index}`)
    if (status !== 200) failed.push(index)
    await until(
      'a scrape',
      async () => ((await value('count_over_time(up{job="tap"}[1m])')) ?? 0) > index / 4,
    )
  }
  expect(failed).toEqual([])
  for (const expr of [
    'sum(tapmesh_requests_total{job="tap"})',
    'sum(traces_service_graph_request_total{job="collector",server="orders"})',
    'sum(traces_service_graph_request_server_seconds_count{server="orders"})',
  ]) {
    await until(expr, async () => (await value(expr)) === CALLS)
  }
  expect(await value('min(min_over_time(up[5m]))')).toBe(1)
  expect(await value('sum(resets(traces_service_graph_request_total[5m]))')).toBe(0)
  await prometheus.stop()
  await backend.close()
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../../../loadtest/bench/process/ports.ts'
import { program } from '../../support/system.ts'
import { until } from '../../tap-proxy/support/stub-collector.ts'

/** A real Prometheus that scrapes quickly and evaluates rules quickly. */

export interface Sample {
  labels: Readonly<Record<string, string>>
  value: number
}

export interface Prometheus {
  /** Value at a moment, seconds since 1970; a scalar has no labels. @throws with Prometheus's words where it refuses */
  query(expr: string, at_s: number): Promise<Sample[]>
  stop(): Promise<void>
}

interface Answer {
  status: string
  error?: string
  data?: { resultType: string; result: { metric: Record<string, string>; value: [number, string] }[] }
}

export interface PrometheusOptions {
  /** Job -> `host:port` of its targets. */
  jobs: Readonly<Record<string, readonly string[]>>
  scrape_ms: number
  /** Text of a file of rules; its intervals are shortened to a second. */
  rules: string
}

function configure(folder: string, { jobs, scrape_ms, rules }: PrometheusOptions): void {
  writeFileSync(join(folder, 'rules.yml'), rules.replaceAll(/interval: \w+/g, 'interval: 1s'))
  const config = {
    global: {
      scrape_interval: `${scrape_ms}ms`,
      scrape_timeout: `${scrape_ms}ms`,
      evaluation_interval: '1s',
    },
    rule_files: ['rules.yml'],
    scrape_configs: Object.entries(jobs).map(([job_name, targets]) => ({
      job_name,
      static_configs: [{ targets }],
    })),
  }
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config))
}

export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'tapmesh-prometheus-'))
  configure(folder, options)
  const url = `http://127.0.0.1:${await freePort()}`
  const child = spawn(
    program('prometheus')!,
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${url.replace('http://', '')}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (part: Buffer) => {
    said += part
  })
  const ended = once(child, 'exit')
  await until('Prometheus to be ready', async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${said}`)
    return fetch(`${url}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    )
  })
  return {
    async query(expr, at_s) {
      const body = new URLSearchParams({ query: expr, time: String(at_s) })
      const answer = (await (await fetch(`${url}/api/v1/query`, { method: 'POST', body })).json()) as Answer
      if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`)
      return answer.data!.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The scrape file of the project, whose jobs the dashboards name. */
export function shippedJobs(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../../dashboards/prometheus.yml'), 'utf8')
  return [...text.matchAll(/job_name: (\S+)/g)].map(([, job]) => job!)
}

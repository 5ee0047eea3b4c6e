import { setTimeout as delay } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import type { TopKey, TopRow } from '../client/ranking.ts'
import { ranking } from '../client/ranking.ts'
import { count, duration, rate, share } from '../print/quantity.ts'
import { table } from '../print/table.ts'
import type { Terminal } from '../terminal.ts'
import { apiOf } from '../terminal.ts'
import type { ApiOptions } from './shared-option.ts'
import { apiCommand, wholeNumber } from './shared-option.ts'

interface TopOptions extends ApiOptions {
  by: TopKey
  window: string
  service?: string
  limit: number
  once?: boolean
}

const REFRESH_MS = 2_000

export function topCommand(terminal: Terminal): Command {
  return apiCommand('top', 'the busiest edges, routes, callers or statuses, live')
    .addOption(
      new Option('--by <key>', 'what a line stands for')
        .choices(['edge', 'route', 'source', 'status'])
        .default('edge'),
    )
    .option('--service <service>', 'only calls to this service')
    .option('--window <span>', 'how far to look back, like 1m, 15m, 1h', '1m')
    .option('--limit <n>', 'lines', wholeNumber(1, 1000), 20)
    .option('--once', 'print one table and end (what happens anyway when the output is no terminal)')
    .addHelpText(
      'after',
      `
Examples:
  tapmesh top
  tapmesh top --by route --service catalog
  tapmesh top --by status --window 15m --once`,
    )
    .action((options: TopOptions) => run(terminal, options))
}

export function topLines(
  rows: readonly TopRow[],
  by: TopKey,
  limit: number,
  terminal: Pick<Terminal, 'style' | 'width'>,
): string[] {
  if (rows.length === 0) return ['No calls in this window.']
  const { style } = terminal
  const right = 'right' as const
  return table(
    [
      { title: by, flexible: true },
      { title: 'calls', align: right },
      { title: 'rate', align: right },
      { title: 'errors', align: right, paint: (cell) => (cell.trim() === '0 %' ? cell : style.red(cell)) },
      { title: 'p50', align: right },
      { title: 'p95', align: right },
      { title: 'p99', align: right },
    ],
    rows
      .slice(0, limit)
      .map((row) => [
        row.key,
        count(row.calls),
        rate(row.rate),
        share(row.error_rate),
        ...[row.p50_us, row.p95_us, row.p99_us].map((us) => (us === null ? '' : duration(us))),
      ]),
    terminal.width(),
    style.bold,
  )
}

async function run(terminal: Terminal, options: TopOptions): Promise<void> {
  const api = apiOf(terminal, options.api)
  const from = `now-${options.window}`
  const ask = () => ranking(api, options.by, from, options.service)
  if (options.json === true) {
    terminal.out(JSON.stringify((await ask()).slice(0, options.limit), null, 2))
    return
  }
  if (options.once === true || !terminal.interactive) {
    terminal.out(topLines(await ask(), options.by, options.limit, terminal).join('\n'))
    return
  }
  const stop = new AbortController()
  const end = () => stop.abort()
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  while (!stop.signal.aborted) {
    const lines = topLines(await ask(), options.by, options.limit, terminal)
    const head = terminal.style.dim(
      `${api.address} · last ${options.window} · by ${options.by} · Ctrl-C ends`,
    )
    // Home and "erase below" after the text instead of a clear before it: no flicker.
    terminal.out(`\x1b[H${[head, ...lines].map((line) => `${line}\x1b[K`).join('\n')}\x1b[J`)
    await delay(REFRESH_MS, undefined, { signal: stop.signal }).catch(() => undefined)
  }
}

import { type Command, Option } from 'commander'
import type { TopAnswer, TopBy } from '../../graph-api/contract.ts'
import { describeError } from '../../model/error.ts'
import type { Api } from '../client/api.ts'
import { ago } from '../print/quantity.ts'
import { plain } from '../print/table.ts'
import { SORTS, sortTop, type TopSort, topTable } from '../print/top-table.ts'
import { openScreen, type Screen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions } from './shared-option.ts'
import { apiCommand, wholeNumber } from './shared-option.ts'

interface TopOptions extends ApiOptions {
  by: TopBy
  sort: TopSort
  window: string
  service?: string
  limit: number
  once?: boolean
}

const KEYS: readonly TopBy[] = ['edge', 'route', 'source', 'destination', 'status']
const REFRESH_MS = 2_000
/** Rows asked for, so that a change of the order needs no new question. */
const ROWS_MAX = 1000

export function topCommand(terminal: Terminal): Command {
  return apiCommand('top', 'the busiest edges, routes, callers, services or statuses, live')
    .addOption(new Option('--by <key>', 'what a line stands for').choices(KEYS).default('edge'))
    .addOption(new Option('--sort <column>', 'highest first').choices(SORTS).default('calls'))
    .option('--service <service>', 'only calls to this service')
    .option('--window <span>', 'how far to look back, like 1m, 15m, 1h', '1m')
    .option('--limit <n>', 'lines', wholeNumber(1, ROWS_MAX), 20)
    .option('--once', 'print one table and end (what happens anyway when the output is no terminal)')
    .addHelpText(
      'after',
      `
Keys: b what a line stands for, s what is highest, q the end.

Examples:
  tapmesh top
  tapmesh top --by route --service catalog
  tapmesh top --by status --window 15m --once
  tapmesh top --sort p99 --json | jq '.[0]'`,
    )
    .action((options: TopOptions) => run(terminal, options))
}

function ask(api: Api, { by, window, service }: TopOptions): Promise<TopAnswer> {
  return api.get<TopAnswer>('/api/v1/top', {
    by,
    service,
    from: `now-${window}`,
    to: 'now',
    limit: ROWS_MAX,
  })
}

/** One answer as lines, head included. */
export function topLines(
  answer: TopAnswer,
  { sort, limit }: Pick<TopOptions, 'sort' | 'limit'>,
  terminal: Pick<Terminal, 'style' | 'width'>,
): string[] {
  if (answer.rows.length === 0) return ['No calls in this window.']
  const rows = sortTop(answer.rows, sort)
  const lines = topTable(rows.slice(0, limit), { by: answer.by, sort }, terminal.style, terminal.width())
  const more = rows.length - limit
  return more > 0 ? [...lines, terminal.style.dim(`and ${more} more; a higher --limit shows them`)] : lines
}

async function run(terminal: Terminal, options: TopOptions): Promise<void> {
  const api = apiOf(terminal, options.api)
  const first = await ask(api, options)
  if (options.json === true) {
    terminal.out(JSON.stringify(sortTop(first.rows, options.sort).slice(0, options.limit), null, 2))
    return
  }
  if (options.once === true || !terminal.interactive) {
    terminal.out(topLines(first, options, terminal).join('\n'))
    return
  }
  const screen = openScreen(process.stdin, process.stdout)
  try {
    await follow(terminal, screen, api, options, first)
  } finally {
    screen.close()
  }
}

const after = <Value>(all: readonly Value[], one: Value): Value => all[(all.indexOf(one) + 1) % all.length]!

/** Draws, waits for a key or two seconds, asks again; an outage keeps the last answer and says how old it is. */
async function follow(
  terminal: Terminal,
  screen: Screen,
  api: Api,
  options: TopOptions,
  first: TopAnswer,
): Promise<void> {
  const { style } = terminal
  const shown = { ...options }
  let answer = first
  let came = Date.now()
  let trouble = ''
  while (!screen.end.aborted) {
    const head = `${api.address} · last ${shown.window}${shown.service ? ` · to ${plain(shown.service)}` : ''} · ${style.bold('b')}y ${shown.by} · ${style.bold('s')}ort ${shown.sort} · ${style.bold('q')}uit`
    const state =
      trouble === '' ? '' : style.yellow(`from ${ago(new Date(came).toISOString(), Date.now())}: ${trouble}`)
    const room = Math.max(1, Math.min(shown.limit, screen.height() - 5))
    screen.draw([head, state, ...topLines(answer, { sort: shown.sort, limit: room }, terminal)])
    const key = await screen.wait(REFRESH_MS)
    if (key === 's') {
      shown.sort = after(SORTS, shown.sort)
      continue
    }
    if (key === 'b') shown.by = after(KEYS, shown.by)
    if (screen.end.aborted) return
    try {
      answer = await ask(api, shown)
      came = Date.now()
      trouble = ''
    } catch (error) {
      trouble = plain(describeError(error).split('\n')[0]!)
    }
  }
}

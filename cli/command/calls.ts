import type { Command } from 'commander'
import type { CallsAnswer } from '../../graph-api/contract.ts'
import { callTable } from '../print/call-line.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions, CallFilters, WindowOptions } from './shared-option.ts'
import { apiCommand, filterParameters, wholeNumber, withFilters, withWindow } from './shared-option.ts'

const PAGE_MAX = 500

interface CallsOptions extends ApiOptions, CallFilters, WindowOptions {
  limit: number
  cursor?: string
}

export function callsCommand(terminal: Terminal): Command {
  const command = apiCommand('calls', 'search recorded calls, newest first')
  return withFilters(withWindow(command, 'now-15m'))
    .option('--limit <n>', 'how many at most', wholeNumber(1, 100_000), 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .addHelpText(
      'after',
      `
Examples:
  tapmesh calls --outcome failed
  tapmesh calls --destination payment --status 5xx --from now-24h
  tapmesh calls --min-duration 500ms --json | jq -r .trace_id
  tapmesh calls --would deny --from now-24h
  tapmesh calls --path /checkout --limit 5000 --json > calls.jsonl`,
    )
    .action((options: CallsOptions) => run(terminal, options))
}

async function run(terminal: Terminal, options: CallsOptions): Promise<void> {
  const api = apiOf(terminal, options.api)
  let cursor = options.cursor
  let left = options.limit
  const pages: CallsAnswer['calls'] = []
  let next: string | null = null
  do {
    const page = await api.get<CallsAnswer>('/api/v1/calls', {
      ...filterParameters(options),
      from: options.from,
      to: options.to,
      limit: Math.min(left, PAGE_MAX),
      cursor,
    })
    if (options.json === true) for (const call of page.calls) terminal.out(JSON.stringify(call))
    else pages.push(...page.calls)
    left -= page.calls.length
    next = page.next_cursor
    cursor = next ?? undefined
  } while (next !== null && left > 0)
  if (options.json === true) return
  if (pages.length === 0) {
    terminal.out('No calls match in this window.')
    return
  }
  terminal.out(callTable(pages, terminal.style, terminal.width()).join('\n'))
  if (next !== null) terminal.out(terminal.style.dim(`More: add --cursor ${next}, or a higher --limit.`))
}

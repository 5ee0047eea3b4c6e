import type { Command } from 'commander'
import type { Call, CallsEvent } from '../../graph-api/contract.ts'
import { TapmeshError } from '../../model/error.ts'
import { eventsOf } from '../client/events.ts'
import { callLine } from '../print/call-line.ts'
import { count } from '../print/quantity.ts'
import type { Terminal } from '../terminal.ts'
import { apiOf } from '../terminal.ts'
import type { ApiOptions, CallFilters } from './shared-option.ts'
import { apiCommand, filterParameters, wholeNumber, withFilters } from './shared-option.ts'

interface TailOptions extends ApiOptions, CallFilters {
  limit?: number
}

export function tailCommand(terminal: Terminal): Command {
  return withFilters(apiCommand('tail', 'calls as they happen'))
    .option('--limit <n>', 'end after this many calls', wholeNumber(1, 1_000_000_000))
    .addHelpText(
      'after',
      `
Each call with a tap on both sides is shown as each side saw it; --reporter server shows it once.

Examples:
  tapmesh tail --reporter server
  tapmesh tail --outcome failed
  tapmesh tail --destination payment --json | jq .duration_us`,
    )
    .action((options: TailOptions) => run(terminal, options))
}

/** Prints the calls of one event; gives how many may still come. */
function show(terminal: Terminal, event: CallsEvent, json: boolean, left: number): number {
  const calls = event.calls.slice(0, left)
  const line = (call: Call) => (json ? JSON.stringify(call) : callLine(call, terminal.style))
  for (const call of calls) terminal.out(line(call))
  if (event.skipped > 0) {
    terminal.error(
      `… ${count(event.skipped)} more calls not shown: too many a second; narrow it with a filter.`,
    )
  }
  return left - calls.length
}

async function run(terminal: Terminal, options: TailOptions): Promise<void> {
  const api = apiOf(terminal, options.api)
  const stop = new AbortController()
  const end = () => stop.abort()
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  let left = options.limit ?? Number.POSITIVE_INFINITY
  try {
    const parameters = { calls: 1, window: '1m', ...filterParameters(options) }
    const response = await api.open('/api/v1/stream', parameters, stop.signal)
    if (terminal.interactive) terminal.error(terminal.style.dim(`Calls from ${api.address}; Ctrl-C ends.`))
    for await (const event of eventsOf(response)) {
      if (event.name !== 'calls') continue
      left = show(terminal, JSON.parse(event.data) as CallsEvent, options.json === true, left)
      if (left <= 0) return
    }
    if (!stop.signal.aborted) throw ended(api.address)
  } catch (error) {
    if (!stop.signal.aborted) throw error instanceof TapmeshError ? error : ended(api.address, error)
  } finally {
    process.off('SIGINT', end)
    process.off('SIGTERM', end)
    stop.abort()
  }
}

function ended(address: string, cause?: unknown): TapmeshError {
  return new TapmeshError(
    'TAPMESH_PEER_UNAVAILABLE',
    `the API at ${address} ended the stream`,
    'It was probably stopped; start it with "tapmesh up" and run this again.',
    { cause },
  )
}

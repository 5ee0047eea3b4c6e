import type { Command } from 'commander'
import type { Call, CallsAnswer, CallsEvent } from '../../graph-api/contract.ts'
import { TapmeshError } from '../../model/error.ts'
import type { Api } from '../client/api.ts'
import { eventsOf } from '../client/events.ts'
import { createCallLines } from '../print/call-line.ts'
import { count } from '../print/quantity.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions, CallFilters } from './shared-option.ts'
import { apiCommand, filterParameters, wholeNumber, withFilters } from './shared-option.ts'

interface TailOptions extends ApiOptions, CallFilters {
  limit?: number
  last: number
}

export function tailCommand(terminal: Terminal): Command {
  return withFilters(apiCommand('tail', 'calls as they happen'))
    .option('--limit <n>', 'end after this many calls', wholeNumber(1, 1_000_000_000))
    .option('--last <n>', 'begin with the newest calls of the last 15 minutes', wholeNumber(0, 1000), 0)
    .addHelpText(
      'after',
      `
Each call with a tap on both sides is shown as each side saw it; --reporter server shows it once.

Examples:
  tapmesh tail --reporter server
  tapmesh tail --outcome failed --last 20
  tapmesh tail --source web --status 5xx
  tapmesh tail --route '/orders/{id}' --min-duration 100ms
  tapmesh tail --destination payment --json | jq .duration_us`,
    )
    .action((options: TailOptions) => run(terminal, options))
}

/** Prints calls up to the limit, each once. */
class Printer {
  readonly #terminal: Terminal
  readonly #line: (call: Call) => string
  readonly #known = new Set<string>()
  #left: number

  constructor(terminal: Terminal, { json, limit }: TailOptions) {
    this.#terminal = terminal
    this.#left = limit ?? Number.POSITIVE_INFINITY
    const width = () => (terminal.interactive ? terminal.width() : Number.POSITIVE_INFINITY)
    this.#line = json === true ? JSON.stringify : createCallLines(terminal.style, width)
  }

  get done(): boolean {
    return this.#left <= 0
  }

  /** Calls from before the tail began, newest first; they may come again through the stream. */
  past(calls: readonly Call[]): void {
    for (const call of calls) this.#known.add(call.id)
    this.#print(calls.toReversed())
  }

  event({ calls, skipped }: CallsEvent): void {
    this.#print(calls.filter((call) => !this.#known.has(call.id)))
    if (skipped === 0) return
    this.#terminal.error(
      `… ${count(skipped)} more calls not shown: too many a second; narrow it with a filter.`,
    )
  }

  #print(calls: readonly Call[]): void {
    const shown = calls.slice(0, this.#left)
    for (const call of shown) this.#terminal.out(this.#line(call))
    this.#left -= shown.length
  }
}

/** The stream is opened first and the past asked for then, so that no call falls between the two. */
async function follow(terminal: Terminal, options: TailOptions, api: Api, stop: AbortSignal): Promise<void> {
  const printer = new Printer(terminal, options)
  const filters = filterParameters(options)
  const response = await api.open('/api/v1/stream', { calls: 1, graph: 0, ...filters }, stop)
  if (terminal.interactive) terminal.error(terminal.style.dim(`Calls from ${api.address}; Ctrl-C ends.`))
  if (options.last > 0) {
    printer.past((await api.get<CallsAnswer>('/api/v1/calls', { ...filters, limit: options.last })).calls)
  }
  if (printer.done) return
  for await (const event of eventsOf(response)) {
    if (event.name !== 'calls') continue
    printer.event(JSON.parse(event.data) as CallsEvent)
    if (printer.done) return
  }
  if (!stop.aborted) throw ended(api.address)
}

async function run(terminal: Terminal, options: TailOptions): Promise<void> {
  const api = apiOf(terminal, options.api)
  const stop = new AbortController()
  const end = () => stop.abort()
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  try {
    await follow(terminal, options, api, stop.signal)
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

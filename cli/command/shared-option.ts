import { Command, InvalidArgumentError, Option } from 'commander'

/** Options that several commands spell alike. */

export interface ApiOptions {
  api?: string
  json?: boolean
}

export interface WindowOptions {
  from: string
  to: string
}

/** A command that asks the API: `--api` and `--json`. */
export function apiCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option('--api <address>', 'address of the API (default: TAPMESH_API, else http://127.0.0.1:7400)')
    .option('--json', 'for programs: one JSON document, or one JSON object a line where there are many')
}

export function withWindow(command: Command, from: string): Command {
  return command
    .option('--from <time>', 'start of the window: RFC 3339, or like now-15m, now-2h, now-7d', from)
    .option('--to <time>', 'end of the window', 'now')
}

export interface CallFilters {
  source?: string
  destination?: string
  reporter?: string
  route?: string
  method?: string
  status?: string
  outcome?: string
  minDuration?: number
  path?: string
  trace?: string
  would?: string
  acted?: string
  verdict?: string
}

/** Milliseconds as a number, or with a unit: `250ms`, `1.5s`. Gives microseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(us|ms|s)?$/.exec(text)
  if (!match) throw new InvalidArgumentError('Write it like 250ms, 1.5s or 800us.')
  const scale = { us: 1, ms: 1000, s: 1_000_000 }[match[2] ?? 'ms']!
  return Math.round(Number(match[1]) * scale)
}

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`A whole number from ${min} to ${max} is needed.`)
    }
    return value
  }
}

/** A share like `0.01`, from 0 to 1. */
export function share(text: string): number {
  const value = Number(text)
  if (!/^[0-9]*\.?[0-9]+$/.test(text) || value > 1) {
    throw new InvalidArgumentError('A number from 0 to 1 is needed, like 0.01.')
  }
  return value
}

/** Seconds out of `20s`, `3m`, `1h` or a bare number of seconds. */
export function parseSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text)
  if (!match) throw new InvalidArgumentError('Write it like 20s, 3m or 1h.')
  return Number(match[1]) * { s: 1, m: 60, h: 3600 }[match[2] ?? 's']!
}

export function withFilters(command: Command): Command {
  return command
    .option('--source <service>', 'calling service')
    .option('--destination <service>', 'called service')
    .addOption(
      new Option('--reporter <side>', 'who saw it').choices(['client', 'server', 'observer', 'otlp', 'log']),
    )
    .option('--method <method>', 'GET, POST …')
    .option('--route <template>', 'route template, like /products/{id}')
    .option('--status <status>', 'like 500, or a class like 5xx')
    .option(
      '--outcome <words>',
      'ok, client_error, server_error, timeout, reset, denied, unfinished; or failed',
    )
    .option('--min-duration <duration>', 'only calls that took at least this long, like 250ms', parseDuration)
    .option('--path <text>', 'text inside the path')
    .option('--trace <id>', 'trace id')
    .option('--would <decision>', 'what a policy would have done: deny, shed, cut, retry …')
    .option('--acted <decision>', 'what a policy did')
    .option('--verdict <feature>', 'feature that said something, or like retries:retry')
}

/** The filters by the names the API knows them. */
export function filterParameters(filters: CallFilters): Record<string, string | number | undefined> {
  return {
    source: filters.source,
    destination: filters.destination,
    reporter: filters.reporter,
    method: filters.method,
    route: filters.route,
    status: filters.status,
    outcome: filters.outcome,
    min_duration_us: filters.minDuration,
    path: filters.path,
    trace_id: filters.trace,
    would: filters.would,
    acted: filters.acted,
    verdict: filters.verdict,
  }
}

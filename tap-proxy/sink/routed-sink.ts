import type { CallDraft, CallSink } from '../../protocol/call-draft.ts'
import { RouteTable } from '../../protocol/route/route-table.ts'
import type { Route } from '../../protocol/route/route-trie.ts'
import { OTHER_ROUTE } from '../../protocol/route/route-trie.ts'

/** A sink that is handed the call's route as well, found once for all of them. */
export interface RoutedSink {
  call(draft: CallDraft, route: Route): void
}

/** Services with a table of their own; a forward proxy that sees more gives the rest `__other__`. */
const SERVICES_MAX = 128

/** Hands each finished call with its route to every sink. A sink that throws is told of and never hurts the call. */
export class CallFan implements CallSink {
  #sinks: readonly RoutedSink[]
  readonly #onFault: (error: unknown) => void
  readonly #tables = new Map<string, RouteTable>()
  readonly #routes_max: number
  #lastService: string | undefined
  #lastTable: RouteTable | undefined

  constructor(routes_max: number, sinks: readonly RoutedSink[], onFault: (error: unknown) => void) {
    this.#routes_max = routes_max
    this.#sinks = sinks
    this.#onFault = onFault
  }

  /** Other sinks from the next call on; route templates stay. */
  use(sinks: readonly RoutedSink[]): void {
    this.#sinks = sinks
  }

  /** Templates given out so far, all services together. */
  get routes(): number {
    let sum = 0
    for (const table of this.#tables.values()) sum += table.size
    return sum
  }

  call(draft: CallDraft): void {
    try {
      const route = draft.route ?? this.#routeOf(draft)
      for (let index = 0; index < this.#sinks.length; index++) this.#sinks[index]!.call(draft, route)
    } catch (error) {
      this.#onFault(error)
    }
  }

  #routeOf(draft: CallDraft): Route {
    const table = this.#tableOf(draft.parties.destination)
    return table ? table.routeOf(draft.head, draft.pathStart, draft.pathEnd) : OTHER_ROUTE
  }

  #tableOf(service: string): RouteTable | undefined {
    if (service === this.#lastService) return this.#lastTable
    let table = this.#tables.get(service)
    if (table === undefined && this.#tables.size < SERVICES_MAX) {
      table = new RouteTable(this.#routes_max)
      this.#tables.set(service, table)
    }
    this.#lastService = service
    this.#lastTable = table
    return table
  }
}

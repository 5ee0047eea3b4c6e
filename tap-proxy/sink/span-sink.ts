import type { Forwarder } from '../../export/otlp/forwarder.ts'
import { printable } from '../../model/row.ts'
import { type CallDraft, recordOf } from '../../protocol/call-draft.ts'
import type { Route } from '../../protocol/route/route-trie.ts'
import type { RoutedSink } from './routed-sink.ts'

/** Longest method and path that a span carries. */
const TEXT_MAX = 1024

/** Hands calls of sampled traces to the forwarder; of every other call it looks at one byte of the id. */
export class SpanSink implements RoutedSink {
  readonly #forwarder: Forwarder
  readonly #tap: string

  constructor(forwarder: Forwarder, tap: string) {
    this.#forwarder = forwarder
    this.#tap = tap
  }

  call(draft: CallDraft, route: Route): void {
    if (!this.#forwarder.takes(draft.ids, 0)) return
    const method = textOf(draft, draft.methodStart, draft.methodEnd)
    const path = textOf(draft, draft.pathStart, draft.pathEnd)
    this.#forwarder.offer(recordOf(draft, { method, route: route.text, path }, this.#tap))
  }
}

function textOf(draft: CallDraft, start: number, end: number): string {
  return printable(draft.head.toString('latin1', start, Math.min(end, start + TEXT_MAX)))
}

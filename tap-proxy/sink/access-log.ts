import { NAME_BYTES_MAX, TEXT_BYTES_MAX } from '../../model/column.ts'
import { printable } from '../../model/row.ts'
import type { CallDraft } from '../../protocol/call-draft.ts'
import type { Route } from '../../protocol/route/route-trie.ts'
import type { LineWriter } from './line-writer.ts'
import type { RoutedSink } from './routed-sink.ts'

/** One line for each call, in JSON or for people. Every text is printable ASCII, so no call can forge a line. */
export class AccessLog implements RoutedSink {
  readonly #writer: LineWriter
  readonly #format: 'json' | 'text'

  constructor(writer: LineWriter, format: 'json' | 'text') {
    this.#writer = writer
    this.#format = format
  }

  call(draft: CallDraft, route: Route): void {
    this.#writer.write(this.#format === 'json' ? jsonLine(draft, route) : textLine(draft, route))
  }
}

/** Bytes of a head as text: what is not printable is written as `\xNN`, as in the call record. */
function textOf(head: Buffer, start: number, end: number, max: number): string {
  const text = printable(head.toString('latin1', start, Math.min(end, start + max)))
  return end - start > max ? `${text}[cut]` : text
}

function timeOf(ts: number): string {
  const text = new Date(ts / 1000).toISOString()
  return `${text.slice(0, -1)}${String(ts % 1000).padStart(3, '0')}Z`
}

function jsonLine(draft: CallDraft, route: Route): string {
  const { parties } = draft
  return JSON.stringify({
    ts: timeOf(draft.ts),
    reporter: parties.reporter,
    source: printable(parties.source),
    source_instance: parties.source_instance,
    destination: printable(parties.destination),
    destination_instance: parties.destination_instance,
    protocol: parties.protocol,
    method: textOf(draft.head, draft.methodStart, draft.methodEnd, NAME_BYTES_MAX),
    path: textOf(draft.head, draft.pathStart, draft.pathEnd, TEXT_BYTES_MAX),
    route: route.text,
    status: printable(draft.status),
    outcome: draft.outcome,
    response_flags: draft.response_flags,
    duration_us: draft.duration_us,
    ttfb_us: draft.ttfb_us,
    request_bytes: draft.request_bytes,
    response_bytes: draft.response_bytes,
    trace_id: draft.ids.toString('latin1', 0, 32),
    span_id: draft.ids.toString('latin1', 32, 48),
  })
}

/** `time source -> destination "GET /path" 200 ok flags 1234us 90B 250B trace` */
function textLine(draft: CallDraft, route: Route): string {
  const { parties } = draft
  const method = textOf(draft.head, draft.methodStart, draft.methodEnd, NAME_BYTES_MAX)
  const path = textOf(draft.head, draft.pathStart, draft.pathEnd, TEXT_BYTES_MAX)
  return [
    timeOf(draft.ts),
    word(parties.source),
    '->',
    word(parties.destination),
    `"${`${method} ${path}`.replaceAll('"', '\\x22')}"`,
    word(route.text),
    word(draft.status),
    draft.outcome,
    word(draft.response_flags),
    `${draft.duration_us}us`,
    `${draft.request_bytes}B`,
    `${draft.response_bytes}B`,
    draft.ids.toString('latin1', 0, 32),
  ].join(' ')
}

/** A column that must not be empty and holds no space. */
function word(text: string): string {
  return text === '' ? '-' : printable(text).replaceAll(' ', '\\x20')
}

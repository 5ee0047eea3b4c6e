import type { CallRecord } from './call.ts'
import { OUTCOMES, PROTOCOLS, REPORTERS, SECURITY, SOURCE_EVIDENCE } from './call.ts'

/**
 * One table of columns. ClickHouse's DDL, the row codec, docs/columns.md, the API's schema and
 * the labels of the UI derive from it.
 */

/** How a field is written and checked. `micros` is a start time, `uint` a whole number up to `max`. */
export type ColumnKind = 'micros' | 'uint' | 'hex' | 'name' | 'text' | 'enum' | 'list' | 'map'

export interface Column {
  name: keyof CallRecord
  kind: ColumnKind
  /** ClickHouse type and codec. */
  type: string
  /** Longest value in bytes (text), highest number (uint), or exact digits (hex; empty is allowed for parent_span_id). */
  max: number
  /** Allowed values of an `enum`. */
  values?: readonly string[]
  sentence: string
}

const UINT53 = Number.MAX_SAFE_INTEGER
const label = 'LowCardinality(String) CODEC(ZSTD(1))'
const bytes = 'UInt64 CODEC(T64, ZSTD(1))'
const id = 'String CODEC(ZSTD(1))'

export const NAME_BYTES_MAX = 256
export const TEXT_BYTES_MAX = 2048

export const COLUMNS: readonly Column[] = [
  {
    name: 'ts',
    kind: 'micros',
    type: "DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1))",
    max: UINT53,
    sentence: 'Start of the call, UTC, microseconds.',
  },
  {
    name: 'duration_us',
    kind: 'uint',
    type: bytes,
    max: UINT53,
    sentence: 'From the first byte of the request to the last byte of the answer, microseconds.',
  },
  {
    name: 'ttfb_us',
    kind: 'uint',
    type: bytes,
    max: UINT53,
    sentence:
      'From the first byte of the request to the first byte of the answer, microseconds; 0 where no answer came.',
  },
  { name: 'trace_id', kind: 'hex', type: id, max: 32, sentence: 'W3C trace id, 32 hex digits.' },
  { name: 'span_id', kind: 'hex', type: id, max: 16, sentence: 'Span id of this call, 16 hex digits.' },
  {
    name: 'parent_span_id',
    kind: 'hex',
    type: id,
    max: 16,
    sentence: 'Span id of the caller, 16 hex digits, or empty for a root.',
  },
  {
    name: 'reporter',
    kind: 'enum',
    type: label,
    max: NAME_BYTES_MAX,
    values: REPORTERS,
    sentence: 'Who saw the call: client (outbound tap), server (inbound tap), observer (packets), otlp, log.',
  },
  { name: 'source', kind: 'name', type: label, max: NAME_BYTES_MAX, sentence: 'Calling service.' },
  {
    name: 'source_instance',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'Address of the calling instance.',
  },
  {
    name: 'source_zone',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'Zone or region of the caller.',
  },
  {
    name: 'source_identity',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'Proven identity of the caller (SPIFFE ID), or empty.',
  },
  {
    name: 'source_evidence',
    kind: 'enum',
    type: label,
    max: NAME_BYTES_MAX,
    values: SOURCE_EVIDENCE,
    sentence: 'How the caller is known: mtls, trace, config, socket, dns, address, none.',
  },
  { name: 'destination', kind: 'name', type: label, max: NAME_BYTES_MAX, sentence: 'Called service.' },
  {
    name: 'destination_instance',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'Address of the called instance.',
  },
  {
    name: 'destination_zone',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'Zone or region of the called service.',
  },
  {
    name: 'destination_version',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'Version of the called service, as configured.',
  },
  {
    name: 'protocol',
    kind: 'enum',
    type: label,
    max: NAME_BYTES_MAX,
    values: PROTOCOLS,
    sentence: 'Protocol of the call; opaque where bytes are relayed without decoding.',
  },
  {
    name: 'method',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'HTTP method, SQL verb, Redis command, Kafka API, gRPC method.',
  },
  {
    name: 'route',
    kind: 'name',
    type: label,
    max: TEXT_BYTES_MAX,
    sentence: 'Template of the path with ids collapsed; table; topic; __other__ past the cap.',
  },
  {
    name: 'path',
    kind: 'text',
    type: id,
    max: TEXT_BYTES_MAX,
    sentence: 'Raw path without the query string.',
  },
  {
    name: 'status',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'Status as the protocol writes it; empty where no answer came.',
  },
  {
    name: 'outcome',
    kind: 'enum',
    type: label,
    max: NAME_BYTES_MAX,
    values: OUTCOMES,
    sentence: 'ok, client_error, server_error, timeout, reset, denied, unfinished.',
  },
  {
    name: 'response_flags',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: "Envoy's short codes for what the tap saw or did, joined by commas.",
  },
  {
    name: 'request_bytes',
    kind: 'uint',
    type: bytes,
    max: UINT53,
    sentence: 'Bytes of the request, head and body, as received.',
  },
  {
    name: 'response_bytes',
    kind: 'uint',
    type: bytes,
    max: UINT53,
    sentence: 'Bytes of the answer, head and body, as received.',
  },
  { name: 'attempt', kind: 'uint', type: 'UInt8', max: 255, sentence: '1 for the first attempt.' },
  {
    name: 'security',
    kind: 'enum',
    type: label,
    max: NAME_BYTES_MAX,
    values: SECURITY,
    sentence: 'plaintext, tls or mtls.',
  },
  {
    name: 'verdicts',
    kind: 'list',
    type: 'Array(LowCardinality(String)) CODEC(ZSTD(1))',
    max: TEXT_BYTES_MAX,
    sentence: 'What each feature decided: feature=would_… or did_…;rule=id.',
  },
  {
    name: 'config_version',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'Version of the configuration the call ran under.',
  },
  {
    name: 'tap',
    kind: 'name',
    type: label,
    max: NAME_BYTES_MAX,
    sentence: 'Name of the tap that wrote the row.',
  },
  {
    name: 'tap_us',
    kind: 'uint',
    type: 'UInt32 CODEC(T64, ZSTD(1))',
    max: 0xffffffff,
    sentence: 'Time spent inside the tap, microseconds.',
  },
  {
    name: 'attributes',
    kind: 'map',
    type: 'Map(LowCardinality(String), String) CODEC(ZSTD(1))',
    max: TEXT_BYTES_MAX,
    sentence: 'Allow-listed values only.',
  },
]

const PLACES = new Map(COLUMNS.map((column, place) => [column.name, place]))

/** @returns which column of COLUMNS this is, counted from 0 */
export const placeOf = (name: keyof CallRecord): number => PLACES.get(name)!

/**
 * ClickHouse's type of a column in a block of rows: the table's own, without its codec. Elements of
 * lists and maps are plain texts there; the store makes of them what the table wants.
 */
export function blockType({ kind, type }: Column): string {
  const bare = type.replace(/ CODEC\(.*$/, '')
  return kind === 'list' || kind === 'map' ? bare.replaceAll('LowCardinality(String)', 'String') : bare
}

/** Bytes of a number of this column in a block. */
export function numberWidth({ type }: Column): number {
  const [, bits = '64'] = /^UInt(\d+)/.exec(type) ?? []
  return Number(bits) / 8
}

/**
 * Why a message is refused. The number is what the parser stores (no string on the hot path); the
 * entry says which rule of docs/protocol-guide.md it is, which status a client gets, and its name
 * in the counters. For a response the status is not used: every fault of an upstream is a 502.
 */
export interface Fault {
  /** Q… rules are about requests, S… about responses. */
  rule: string
  status: number
  name: string
}

export const FAULT = {
  none: 0,
  length_and_coding: 1,
  coding_in_http10: 2,
  length_repeated: 3,
  length_invalid: 4,
  length_too_large: 5,
  coding_invalid: 6,
  coding_unknown: 7,
  folded_line: 8,
  bare_lf: 9,
  bare_cr: 10,
  control_byte: 11,
  space_before_colon: 12,
  field_name: 13,
  chunk_size: 14,
  chunk_size_too_large: 15,
  chunk_line: 16,
  chunk_end: 17,
  chunk_extensions: 18,
  trailer_too_large: 19,
  trailer_field: 20,
  fields_max: 21,
  head_too_large: 22,
  target_too_long: 23,
  target_invalid: 24,
  target_scheme: 25,
  version_invalid: 26,
  version_unknown: 27,
  method_invalid: 28,
  method_too_long: 29,
  start_line: 30,
  host_missing: 31,
  host_repeated: 32,
  host_invalid: 33,
  connection_options: 34,
  connect_refused: 35,
  trace_refused: 36,
  trace_body: 37,
  expectation_unknown: 38,
  status_invalid: 39,
  upgrade_unasked: 40,
  interim_answers_max: 41,
  connect_body: 42,
} as const

export type FaultId = number

const rows: readonly [keyof typeof FAULT, string, number][] = [
  ['none', '', 0],
  ['length_and_coding', 'Q1', 400],
  ['coding_in_http10', 'Q2', 400],
  ['length_repeated', 'Q3', 400],
  ['length_invalid', 'Q4', 400],
  ['length_too_large', 'Q6', 400],
  ['coding_invalid', 'Q7', 400],
  ['coding_unknown', 'Q8', 501],
  ['folded_line', 'Q10', 400],
  ['bare_lf', 'Q11', 400],
  ['bare_cr', 'Q12', 400],
  ['control_byte', 'Q13', 400],
  ['space_before_colon', 'Q15', 400],
  ['field_name', 'Q16', 400],
  ['chunk_size', 'Q19', 400],
  ['chunk_size_too_large', 'Q6', 400],
  ['chunk_line', 'Q20', 400],
  ['chunk_end', 'Q21', 400],
  ['chunk_extensions', 'Q22', 413],
  ['trailer_too_large', 'Q24', 431],
  ['trailer_field', 'Q24', 400],
  ['fields_max', 'Q25', 431],
  ['head_too_large', 'Q26', 431],
  ['target_too_long', 'Q27', 414],
  ['target_invalid', 'Q28', 400],
  ['target_scheme', 'Q30', 400],
  ['version_invalid', 'Q31', 400],
  ['version_unknown', 'Q31', 505],
  ['method_invalid', 'Q32', 400],
  ['method_too_long', 'Q32', 501],
  ['start_line', 'Q33', 400],
  ['host_missing', 'Q34', 400],
  ['host_repeated', 'Q34', 400],
  ['host_invalid', 'Q34', 400],
  ['connection_options', 'Q35', 400],
  ['connect_refused', 'Q38', 405],
  ['trace_refused', 'Q38', 405],
  ['trace_body', 'Q38', 400],
  ['expectation_unknown', 'Q40', 417],
  ['status_invalid', 'S9', 502],
  ['upgrade_unasked', 'S7', 502],
  ['interim_answers_max', 'S6', 502],
  ['connect_body', 'Q38', 400],
]

/** By number. */
export const FAULTS: readonly Fault[] = rows.map(([name, rule, status]) => ({ name, rule, status }))

import { codeOf, TapmeshError } from '../model/error.ts'

/** ClickHouse's codes for data that will never be taken, however often it is sent (ErrorCodes.cpp). */
const POISON_CODES: ReadonlySet<string> = new Set([
  '6', // CANNOT_PARSE_TEXT
  '25', // CANNOT_PARSE_ESCAPE_SEQUENCE
  '26', // CANNOT_PARSE_QUOTED_STRING
  '27', // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  '33', // CANNOT_READ_ALL_DATA
  '38', // CANNOT_PARSE_DATE
  '41', // CANNOT_PARSE_DATETIME
  '53', // TYPE_MISMATCH
  '62', // SYNTAX_ERROR
  '69', // ARGUMENT_OUT_OF_BOUND
  '72', // CANNOT_PARSE_NUMBER
  '117', // INCORRECT_DATA
  '130', // CANNOT_READ_ARRAY_FROM_TEXT
  '131', // TOO_LARGE_STRING_SIZE
])

const NOT_ENOUGH_SPACE = '243'

/** What a refused statement becomes for the rest of the program; the engine's own error is the cause. */
export function storeFault(what: string, cause: unknown): TapmeshError {
  const text = cause instanceof Object && 'message' in cause ? String(cause.message) : String(cause)
  const first = text.split('\n', 1)[0]!.slice(0, 500)
  if (codeOf(cause) === NOT_ENOUGH_SPACE || /No space left|ENOSPC/.test(text)) {
    return new TapmeshError(
      'TAPMESH_DISK_FULL',
      `no space left for the store: ${first}`,
      'Free some space; what is not stored yet is kept in the write-ahead log and stored then.',
      { cause },
    )
  }
  return new TapmeshError(
    'TAPMESH_STORE_UNAVAILABLE',
    `the store refused a ${what}: ${first}`,
    'Look at the address and the state of the store; nothing accepted is lost meanwhile.',
    { cause },
  )
}

/** True where sending the same lines again can never succeed. */
export function isPoison(error: unknown): boolean {
  return error instanceof Object && 'cause' in error && POISON_CODES.has(codeOf(error.cause))
}

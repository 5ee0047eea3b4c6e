/**
 * Errors that tapmesh shows to people. Each has a code that is listed once, here, with the
 * sentence that docs/errors.md prints; `hint` says what to do next.
 */

/** Exit codes of the command line (DESIGN 4.6, after sysexits.h). */
export const EXIT = { done: 0, finding: 1, usage: 64, unavailable: 69, internal: 70 } as const

/** Every code, with the one sentence that the generated page docs/errors.md shows. */
export const ERROR_CODES = {
  TAPMESH_CONFIG_INVALID: 'The configuration holds a value or a key that the schema does not allow.',
  TAPMESH_CONFIG_SYNTAX: 'The configuration file is not well-formed YAML or JSON.',
  TAPMESH_CONFIG_UNREADABLE: 'The configuration file cannot be read.',
  TAPMESH_CONFIG_TOO_LARGE: 'The configuration file is larger or deeper than the limit.',
  TAPMESH_USAGE: 'The command was called with words or values it does not take.',
  TAPMESH_PORT_IN_USE: 'Another program listens on the address already.',
  TAPMESH_PORT_FORBIDDEN: 'This user may not listen on that address or port.',
  TAPMESH_ADDRESS_INVALID: 'The address is not one this machine can listen on or connect to.',
  TAPMESH_BIND_UNSAFE: 'A listener beyond loopback was asked for without a token.',
  TAPMESH_LIMIT_REACHED:
    'A limit of the tap or of the system is reached; what comes past it is refused and counted.',
  TAPMESH_SOCKET_UNUSED: 'A socket was handed over on which no listener of the configuration can listen.',
  TAPMESH_UPGRADE_FAILED: 'The process that was to take over did not become ready; the one before serves on.',
  TAPMESH_LOOP_STALLED: 'The event loop of a tap stood still, and its watchdog ended the process.',
  TAPMESH_WORKER_LOST: 'A worker process of a tap ended by itself, and another one takes its place.',
  TAPMESH_STORE_LOCKED: 'Another process has the data folder open.',
  TAPMESH_STORE_UNAVAILABLE: 'The store does not answer, or refuses the statement.',
  TAPMESH_STORE_MISSING: 'The embedded store is not installed on this platform.',
  TAPMESH_STORE_SCHEMA: 'The data folder was written by a newer version of tapmesh.',
  TAPMESH_DISK_FULL: 'No space is left where the data folder or the write-ahead log lives.',
  TAPMESH_DATA_UNWRITABLE: 'The data folder cannot be created or written.',
  TAPMESH_TOKEN_MISSING: 'The request carries no token where one is needed.',
  TAPMESH_TOKEN_WRONG: 'The token is not one this collector knows.',
  TAPMESH_HOST_FORBIDDEN: 'The Host header is not on the allow-list (protection against DNS rebinding).',
  TAPMESH_ORIGIN_FORBIDDEN: 'The request was started by a page of another origin.',
  TAPMESH_BATCH_TOO_LARGE: 'The batch is larger than the limit, before or after decompression.',
  TAPMESH_BATCH_HEADER: 'A header of the batch is missing or not of its form; the tap keeps the batch.',
  TAPMESH_BATCH_MALFORMED: 'The batch cannot be read: it was cut or damaged, or is not what its sender says.',
  TAPMESH_BATCH_VERSION: 'The batch is in a form that this collector does not read; the tap keeps the batch.',
  TAPMESH_COLLECTOR_BUSY: 'The collector cannot take the batch now; the tap keeps it and tries again.',
  TAPMESH_QUERY_INVALID: 'A parameter of the request is missing or not of its form.',
  TAPMESH_BODY_INVALID: 'The body of the request is not JSON of the form that is wanted.',
  TAPMESH_BODY_TOO_LARGE: 'The body of the request is larger than the limit.',
  TAPMESH_BODY_TYPE: 'The body of the request is of a type or an encoding that is not read here.',
  TAPMESH_METHOD_UNKNOWN: 'The method of the request is not one this address takes.',
  TAPMESH_STREAMS_BUSY: 'As many live streams are open as the API serves at a time.',
  TAPMESH_BACKTEST_BUSY: 'As many back-tests are running as the API serves at a time.',
  TAPMESH_REASON_MISSING: 'A change came without a reason of 1 to 500 characters.',
  TAPMESH_CONFIG_CHANGED: 'Somebody else changed the policy since the revision that the change was made on.',
  TAPMESH_CONFIG_READONLY: 'The policy is served from a file and is changed there.',
  TAPMESH_DENIES_ALL: 'The policy would deny every call to a service.',
  TAPMESH_CONTROL_BUSY: 'As many changes or waiting taps are there as control takes at a time.',
  TAPMESH_STATE_INVALID: 'A state of control, or the one kept on the disk, is not one this tap reads.',
  TAPMESH_NOT_FOUND: 'Nothing is known by that name in that window.',
  TAPMESH_PEER_UNAVAILABLE: 'The collector or the API does not answer at that address.',
  TAPMESH_CA_DAMAGED:
    'The mesh has no certificate authority that may sign: a file is damaged, or the clock is wrong.',
  TAPMESH_JOIN_TOKENS_BUSY: 'As many join tokens are neither used nor expired as are kept at a time.',
  TAPMESH_JOIN_TOKEN_REFUSED: 'The join token is unknown, used, expired, or meant for another tap.',
  TAPMESH_CSR_INVALID: 'The certificate request cannot be read, or is not one that is signed here.',
  TAPMESH_RENEWAL_REFUSED: 'The certificate in use gives no right to a new one.',
  TAPMESH_IDENTITY_INVALID: 'Key, certificate and bundle of a tap do not make an identity.',
  TAPMESH_CERTIFICATES_MISSING: 'Certificates need packages that are not installed here.',
  TAPMESH_PEER_REFUSED: 'The other end of a connection could not prove who it is.',
  TAPMESH_EXPORTER_MISSING: 'Forwarding spans needs packages that are not installed here.',
  TAPMESH_NODE_OLD: 'The tap runs under a Node that is older than it needs.',
  TAPMESH_SETUP_FAILED: 'The set-up step could not install or build what is needed.',
  TAPMESH_INTERNAL: 'tapmesh itself is at fault.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** Where in a configuration file something is wrong; `line` and `column` start at 1. */
export interface ErrorPlace {
  file: string
  line?: number
  column?: number
  key?: string
}

export class TapmeshError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly place: ErrorPlace | undefined

  constructor(
    code: ErrorCode,
    message: string,
    hint: string,
    more: { cause?: unknown; place?: ErrorPlace } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'TapmeshError'
    this.code = code
    this.hint = hint
    this.place = more.place
  }
}

/** The `code` of whatever was thrown; errors from Node are recognised by code, never by class. */
export function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code
  }
  return 'TAPMESH_INTERNAL'
}

/** `file:line:column key: message (code)` and the hint on a line of its own: the form the command line prints. */
export function describeError(error: unknown): string {
  if (!(typeof error === 'object' && error !== null && 'message' in error)) return String(error)
  const { message } = error as Error
  const { hint, place } = error as Partial<TapmeshError>
  const where = place
    ? `${[place.file, place.line, place.column].filter((part) => part !== undefined).join(':')}: `
    : ''
  return `${where}${message} (${codeOf(error)})${hint ? `\n  ${hint}` : ''}`
}

import type { ErrorCode } from '../../model/error.ts'
import { codeOf, EXIT } from '../../model/error.ts'

/** Exit codes by what went wrong (DESIGN 4.6): 64 is for the one who typed, 69 for what does not answer. */

const USAGE = new Set<string>([
  'TAPMESH_CONFIG_INVALID',
  'TAPMESH_CONFIG_SYNTAX',
  'TAPMESH_CONFIG_UNREADABLE',
  'TAPMESH_CONFIG_TOO_LARGE',
  'TAPMESH_USAGE',
  'TAPMESH_ADDRESS_INVALID',
  'TAPMESH_BIND_UNSAFE',
  'TAPMESH_QUERY_INVALID',
  'TAPMESH_IDENTITY_INVALID',
  'TAPMESH_REASON_MISSING',
  'TAPMESH_DENIES_ALL',
  'TAPMESH_CONFIG_READONLY',
] satisfies ErrorCode[])

const FINDING = new Set<string>(['TAPMESH_NOT_FOUND', 'TAPMESH_CONFIG_CHANGED'] satisfies ErrorCode[])

export function exitCodeOf(error: unknown): number {
  const code = codeOf(error)
  if (USAGE.has(code)) return EXIT.usage
  if (FINDING.has(code)) return EXIT.finding
  if (code.startsWith('TAPMESH_') && code !== 'TAPMESH_INTERNAL') return EXIT.unavailable
  return EXIT.internal
}

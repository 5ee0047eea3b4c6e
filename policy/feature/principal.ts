import type { SourceEvidence } from '../../model/call.ts'
import { UNAUTHENTICATED } from '../../model/policy.ts'
import type { JudgedCall } from './feature.ts'

/**
 * Who a caller is to the rules. A certificate proves a SPIFFE ID. Without one a caller is whom the
 * evidence names, and a rule that asks for a SPIFFE ID takes that name as its last part: believed, and
 * said to be. Once mutual TLS is in force only what is proven counts.
 */

const BELIEVED: ReadonlySet<SourceEvidence> = new Set(['mtls', 'trace', 'config', 'socket', 'dns'])

/** Keys of look-up tables; the marks keep names and ids apart. */
const proven = (id: string) => `id ${id}`
const named = (name: string) => `name ${name}`
const believed = (name: string) => `believed ${name}`
export const ANYBODY = 'anybody'
const NOBODY = 'nobody'

/** `checkout` of `spiffe://prod.example/ns/shop/sa/checkout`. */
function lastPart(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1)
}

/** Keys under which a rule's entry of `from` is kept. */
export function keysOfEntry(entry: string): string[] {
  if (entry === UNAUTHENTICATED) return [NOBODY]
  return entry.startsWith('spiffe:') ? [proven(entry), believed(lastPart(entry))] : [named(entry)]
}

/** Keys under which a caller is looked up, ANYBODY among them. */
export function keysOfCaller(call: JudgedCall): string[] {
  const { source, source_identity, source_evidence } = call
  if (source_identity !== '') return [ANYBODY, proven(source_identity), named(source)]
  return BELIEVED.has(source_evidence) ? [ANYBODY, named(source), believed(source)] : [ANYBODY, NOBODY]
}

/** Who the caller is and how that is known, in words. */
export function callerText({ source, source_identity, source_evidence }: JudgedCall): string {
  if (source_identity !== '') return `${source_identity}, proven by its certificate`
  if (BELIEVED.has(source_evidence)) return `${source}, believed by ${source_evidence}`
  return `${source}, ${UNAUTHENTICATED}`
}

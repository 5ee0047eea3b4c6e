import { FAILED_OUTCOMES } from '../../model/outcome.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import { type Piece, type Scope, WITHIN } from './scope.ts'

/**
 * Failed calls that their callers sent again by themselves: the same trace, method and path, later. A
 * retry of the mesh would come on top of that, and multiply.
 */
const FAILED = `outcome IN (${FAILED_OUTCOMES.map((outcome) => `'${outcome}'`).join(', ')})`

/** @returns their number by called service */
export async function readAlreadyRetried(
  store: Store,
  scope: Scope,
  services: readonly string[],
  pieces: readonly Piece[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  for (const { from_us, to_us } of pieces) {
    signal?.throwIfAborted()
    const rows = await store.read<{ service: string; again: number }>(
      `SELECT destination AS service, sum(failures - last_failed) AS again FROM (
         SELECT destination, countIf(${FAILED}) AS failures, argMax(${FAILED}, ts) AS last_failed
         FROM ${DATABASE}.calls WHERE ${WITHIN} AND ${scope.where} AND destination IN {services:Array(String)}
           AND trace_id IN (SELECT trace_id FROM ${DATABASE}.calls
             WHERE ${WITHIN} AND ${scope.where} AND destination IN {services:Array(String)} AND ${FAILED})
         GROUP BY destination, source, trace_id, method, path HAVING count() > 1)
       GROUP BY service`,
      { ...scope.bound, services, from_us, to_us },
    )
    for (const { service, again } of rows) found.set(service, (found.get(service) ?? 0) + again)
  }
  return found
}

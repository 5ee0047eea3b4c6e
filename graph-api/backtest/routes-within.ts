import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import { KINDS_MAX } from './kind.ts'
import { type Scope, WITHIN } from './scope.ts'

/** Templates of the calls that are looked at. @throws TapmeshError TAPMESH_STORE_UNAVAILABLE */
export async function readRoutesWithin(store: Store, scope: Scope): Promise<string[]> {
  const rows = await store.read<{ route: string }>(
    `SELECT DISTINCT route FROM ${DATABASE}.calls WHERE ${WITHIN} AND ${scope.where} LIMIT ${KINDS_MAX}`,
    { ...scope.bound, ...scope.span },
  )
  return rows.map(({ route }) => route)
}

import type * as Api from '@opentelemetry/api'
import { codeOf } from '../../model/error.ts'
import type { Store } from '../../store/store.ts'

/**
 * A CLIENT span around each question to the store, as a part of the request that asks it. What the
 * collector does by itself, such as inserting segments, makes none: its spans would become rows,
 * and the rows inserts, for ever. Statements and values are not told.
 */
export function tracedStore(store: Store, tracer: Api.Tracer, api: typeof Api): Store {
  async function traced<Answer>(operation: string, work: () => Promise<Answer>): Promise<Answer> {
    if (api.trace.getActiveSpan() === undefined) return work()
    const attributes = { 'db.system.name': 'clickhouse', 'db.operation.name': operation }
    return tracer.startActiveSpan(operation, { kind: api.SpanKind.CLIENT, attributes }, async (span) => {
      try {
        return await work()
      } catch (error) {
        span.setAttribute('error.type', codeOf(error))
        span.setStatus({ code: api.SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    })
  }
  return {
    kind: store.kind,
    engine: store.engine,
    read: (sql, bound) => traced('SELECT', () => store.read(sql, bound)),
    command: (sql) => traced('COMMAND', () => store.command(sql)),
    insert: (table, lines, token) => traced('INSERT', () => store.insert(table, lines, token)),
    insertCalls: (blocks, token, columns) => store.insertCalls(blocks, token, columns),
    close: () => store.close(),
  }
}

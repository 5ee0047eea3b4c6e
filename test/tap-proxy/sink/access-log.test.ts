import fc from 'fast-check'
import type { CallDraft } from '../../../protocol/call-draft.ts'
import { RouteTable } from '../../../protocol/route/route-table.ts'
import { AccessLog } from '../../../tap-proxy/sink/access-log.ts'
import { LineWriter } from '../../../tap-proxy/sink/line-writer.ts'
import { draftOf } from '../support/draft.ts'

function lineOf(draft: CallDraft, format: 'json' | 'text'): string {
  let out = ''
  const writer = new LineWriter(1, {
    files: {
      open: () => {},
      close: () => {},
      write: (_, bytes, done) => {
        out += bytes.toString('latin1')
        done(undefined, bytes.length)
      },
    },
  })
  new AccessLog(writer, format).call(
    draft,
    new RouteTable(10).routeOf(draft.head, draft.pathStart, draft.pathEnd),
  )
  writer.flush()
  return out
}

describe('AccessLog', () => {
  test('json', () => {
    expect(JSON.parse(lineOf(draftOf(), 'json'))).toEqual({
      ts: '2025-10-09T08:53:20.123456Z',
      reporter: 'server',
      source: 'web-api',
      source_instance: '10.0.0.7',
      destination: 'orders',
      destination_instance: '127.0.0.1:3000',
      protocol: 'http',
      method: 'GET',
      path: '/orders/42',
      route: '/orders/{id}',
      status: '200',
      outcome: 'ok',
      response_flags: '',
      duration_us: 1234,
      ttfb_us: 1000,
      request_bytes: 90,
      response_bytes: 250,
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
    })
  })

  test('text', () => {
    const draft = draftOf({ path: '/a b"c', status: '', outcome: 'reset', response_flags: 'UF' })
    expect(lineOf(draft, 'text')).toBe(
      '2025-10-09T08:53:20.123456Z web-api -> orders "GET /a b\\x22c" {*} - reset UF 1234us 90B 250B 0af7651916cd43dd8448eb211c80319c\n'.replace(
        '{*}',
        '/{*}',
      ),
    )
  })

  test('whatever a call brings, it is one printable line', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.constantFrom('json' as const, 'text' as const),
        (bytes, format) => {
          const head = Buffer.concat([Buffer.from('GET '), bytes])
          const line = lineOf(
            { ...draftOf(), head, methodEnd: 3, pathStart: 4, pathEnd: head.length },
            format,
          )
          expect(line).toMatch(/^[\x20-\x7e]*\n$/)
          if (format === 'json') expect(JSON.parse(line)).toHaveProperty('path')
        },
      ),
    )
  })
})

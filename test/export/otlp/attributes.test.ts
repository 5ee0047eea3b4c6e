import * as stable from '@opentelemetry/semantic-conventions'
import * as incubating from '@opentelemetry/semantic-conventions/incubating'
import fc from 'fast-check'
import { attributesOf, spanName } from '../../../export/otlp/attributes.ts'
import { anyRecord, record } from '../../support/record.ts'

test("the caller's side: what it asked of whom, and how it ended, in the words of the conventions", () => {
  const call = record({ reporter: 'client', status: '404', outcome: 'client_error', attempt: 2 })
  expect(attributesOf(call)).toEqual({
    [stable.ATTR_HTTP_REQUEST_METHOD]: 'GET',
    [incubating.ATTR_URL_TEMPLATE]: '/cart/{id}',
    [stable.ATTR_URL_PATH]: '/cart/17',
    [stable.ATTR_URL_SCHEME]: 'http',
    [stable.ATTR_HTTP_RESPONSE_STATUS_CODE]: 404,
    [stable.ATTR_HTTP_REQUEST_RESEND_COUNT]: 1,
    [stable.ATTR_SERVER_ADDRESS]: '10.0.0.2',
    [stable.ATTR_SERVER_PORT]: 8080,
    [incubating.ATTR_SERVICE_PEER_NAME]: 'cart',
    [stable.ATTR_ERROR_TYPE]: '404',
    'tapmesh.tap': 'cart@host',
    'tapmesh.reporter': 'client',
    'tapmesh.source_evidence': 'trace',
  })
})

test("the callee's side: its route and caller; a client error is none of its own", () => {
  const call = record({ status: '404', outcome: 'client_error' })
  expect(attributesOf(call)).toMatchObject({
    [stable.ATTR_HTTP_ROUTE]: '/cart/{id}',
    [stable.ATTR_CLIENT_ADDRESS]: '10.0.0.1',
    [incubating.ATTR_SERVICE_PEER_NAME]: 'web-api',
  })
  expect(attributesOf(call)).not.toHaveProperty(stable.ATTR_ERROR_TYPE)
  expect(attributesOf(record({ status: '', outcome: 'timeout' }))).toMatchObject({ 'error.type': 'timeout' })
})

test('an unknown method is _OTHER, with the original beside it, and not in the name', () => {
  const call = record({ method: 'BREW' })
  expect(attributesOf(call)).toMatchObject({
    [stable.ATTR_HTTP_REQUEST_METHOD]: '_OTHER',
    [stable.ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: 'BREW',
  })
  expect(spanName(call)).toBe('HTTP /cart/{id}')
  expect(spanName(record({ method: '', route: '', protocol: 'opaque' }))).toBe('opaque')
})

const namesOf = (module: object): string[] =>
  Object.values(module as Record<string, unknown>).filter((name) => typeof name === 'string')
const KNOWN: ReadonlySet<string> = new Set([...namesOf(stable), ...namesOf(incubating)])
const DEPRECATED = /^(http\.(method|status_code|target|url|scheme|flavor|host)|net\.|peer\.service)/

test('of any record only names that the conventions know, none of them deprecated, and no empty value', () => {
  fc.assert(
    fc.property(anyRecord, (call) => {
      for (const [name, value] of Object.entries(attributesOf(call))) {
        expect(KNOWN.has(name) || name.startsWith('tapmesh.')).toBe(true)
        expect(name).not.toMatch(DEPRECATED)
        expect(value).not.toBe('')
        expect(value).not.toBeNaN()
      }
    }),
  )
})

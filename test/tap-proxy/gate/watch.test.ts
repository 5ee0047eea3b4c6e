import type { Protocol, SourceEvidence } from '../../../model/call.ts'
import { systemClock } from '../../../net/clock.ts'
import { endpointAt } from '../../../net/endpoint.ts'
import { Draft } from '../../../protocol/draft.ts'
import { Gates } from '../../../tap-proxy/gate/gates.ts'
import type { Source } from '../../../tap-proxy/relay/source-book.ts'
import type { Gate, WatchedCall } from '../../../tap-proxy/relay/ward.ts'
import type { ListenerSettings } from '../../../tap-proxy/settings.ts'
import { policyOf } from '../../support/policy.ts'
import { REVISION } from './gated-rig.ts'

/** Calls that are relayed whatever the policy says: what is written on their records. */

const faults: unknown[] = []
afterEach(() => expect(faults.splice(0)).toEqual([]))

function gatesOf(services: string): Gates {
  const gates = new Gates(systemClock(), (error) => faults.push(error))
  gates.use(policyOf(services), REVISION)
  return gates
}

function gateOf(services: string, settings: Partial<ListenerSettings> = {}): Gate | undefined {
  return gatesOf(services).gateFor({
    ...{ kind: 'inbound', destination: 'orders', destination_zone: '', protocol: 'http' },
    ...settings,
  } as ListenerSettings)
}

const sourceOf = (evidence: SourceEvidence): Source => ({
  ...{ service: 'web', instance: '', evidence, security: 'plaintext', identity: '' },
  ...{ lastLabel: undefined, lastProtocol: undefined, lastParties: undefined },
})

interface Watched {
  protocol?: Protocol
  evidence?: SourceEvidence
  fields?: Readonly<Record<string, string>>
  path?: string
  /** Head of its answer. */
  answer?: string
  /** How it ends. */
  end?: Partial<Draft>
}

/** One call from its start to its end. @returns its draft, and whether anybody watched it */
function pass(
  gate: Gate,
  { protocol, evidence = 'trace', fields = {}, path = '/x', answer, end = {} }: Watched = {},
) {
  const draft = new Draft()
  draft.head = Buffer.from(`GET ${path} HTTP/1.1\r\n`)
  draft.methodEnd = 3
  draft.pathStart = 4
  draft.pathEnd = 4 + path.length
  let readable = true
  const call: WatchedCall = {
    ...{ draft, protocol, source: sourceOf(evidence), destination: undefined, ts: 0 },
    target: endpointAt('127.0.0.1', 1),
    fields(name) {
      if (!readable) throw new Error(`${name} is read after the request is gone`)
      const value = fields[name.slice(0, -1)]
      return value === undefined ? [] : [value]
    },
  }
  const watch = gate.watch!(call)
  readable = false
  Object.assign(draft, { status: '200', ...end })
  if (answer !== undefined) watch?.answered?.(Buffer.from(answer), 0, answer.length)
  watch?.ended(draft, 0)
  return { watched: watch !== undefined, verdicts: draft.verdicts, revision: draft.config_version }
}

test.each([
  ['nothing of this service', '  cart: { timeouts: { mode: enforce, request: 1s } }', undefined],
  ['dry-run', '  orders: { authorization: { mode: dry-run, default: deny } }', false],
  ['enforced', '  orders: { authorization: { mode: enforce, default: deny } }', true],
  [
    'enforced for one caller',
    '  orders: { authorization: { mode: dry-run, default: deny }, callers: { web: { authorization: { mode: enforce } } } }',
    true,
  ],
  [
    'enforced for no call',
    '  orders: { authorization: { mode: enforce, percent: 0, default: deny } }',
    false,
  ],
  ['enforced on the other side', '  orders: { timeouts: { mode: enforce, request: 1s } }', undefined],
  ['mutual TLS that takes both', '  orders: { mtls: { mode: enforce, policy: permissive } }', false],
  ['mutual TLS that refuses', '  orders: { mtls: { mode: enforce, policy: strict } }', true],
  ['strict by default', '  orders: {}', undefined],
  ['strict', '  orders: { strict: { mode: enforce } }', true],
])('calls have to be acted on: %s', (_, services, acts) => {
  expect(gateOf(`${services}\n`)?.acts).toBe(acts)
})

test('what a tap that relays bytes cannot act on is only watched', () => {
  const strict = gateOf('  orders: { mtls: { mode: enforce, policy: strict } }\n', { protocol: 'opaque' })!
  expect(strict.acts).toBe(false)
  expect(
    gateOf('  orders: { authorization: { mode: enforce, default: deny } }\n', { protocol: 'opaque' }),
  ).toBe(undefined)
})

test('the record says what would be done, under which revision', () => {
  const gate = gateOf(
    '  orders: { authorization: { mode: dry-run, default: deny }, rateLimit: { mode: dry-run, requestsPerSecond: 0.01, burst: 1 } }\n',
  )!
  expect(pass(gate)).toEqual({
    watched: true,
    verdicts: ['authorization=would_deny;rule=default'],
    revision: REVISION,
  })
  expect(pass(gate).verdicts).toEqual([
    'authorization=would_deny;rule=default',
    'rateLimit=would_shed;rule=requestsPerSecond',
  ])
})

test('a call of a caller that nobody judges is not watched', () => {
  const gate = gateOf(
    '  orders: { timeouts: { mode: disabled }, callers: { batch: { timeouts: { mode: dry-run, request: 1s } } } }\n',
    { kind: 'outbound' },
  )!
  expect(pass(gate)).toEqual({ watched: false, verdicts: [], revision: '' })
})

test('a feature that is enforced for no call says so of the control cohort', () => {
  const gate = gateOf('  orders: { timeouts: { mode: enforce, percent: 0, request: 1s } }\n', {
    kind: 'outbound',
  })!
  expect(pass(gate).verdicts).toEqual(['timeouts=pass;cohort=control'])
  expect(pass(gate, { end: { duration_us: 2_000_000 } }).verdicts).toEqual([
    'timeouts=would_cut;rule=request;cohort=control',
  ])
})

describe('protocols', () => {
  const POLICY =
    '  orders: { mtls: { mode: dry-run, policy: strict }, authorization: { mode: dry-run, default: deny }, rateLimit: { mode: dry-run, requestsPerSecond: 1 } }\n'

  test('bytes that are not decoded are judged by those that need no decoding', () => {
    const gate = gateOf(POLICY, { protocol: 'opaque' })!
    expect(pass(gate).verdicts).toEqual(['mtls=would_deny;rule=strict'])
    expect(pass(gateOf(POLICY)!, { protocol: 'opaque' }).verdicts).toEqual(['mtls=would_deny;rule=strict'])
    expect(pass(gateOf(POLICY)!).verdicts).toEqual([
      'mtls=would_deny;rule=strict',
      'authorization=would_deny;rule=default',
    ])
  })

  test('timeouts and retries say nothing of what is no HTTP', () => {
    const gate = gateOf(
      '  orders: { timeouts: { mode: dry-run, request: 1s }, retries: { mode: dry-run } }\n',
      { kind: 'outbound' },
    )!
    const slow = { duration_us: 9_000_000, status: '', outcome: 'reset', response_flags: 'UC' } as const
    expect(pass(gate, { protocol: 'opaque', end: slow }).watched).toBe(false)
    expect(pass(gate, { end: slow }).verdicts).toEqual([
      'timeouts=would_cut;rule=request',
      'retries=would_retry;rule=reset',
    ])
    expect(pass(gate, { end: { ...slow, status: '101' } }).verdicts).toEqual([])
  })
})

describe('what the head of an answer says', () => {
  const POLICY = '  orders: { timeouts: { mode: dry-run, request: 1s }, retries: { mode: dry-run } }\n'
  const gate = () => gateOf(POLICY, { kind: 'outbound' })!

  test('an event stream may take any time', () => {
    const end = { duration_us: 9_000_000 }
    const head = (type: string) => `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`
    expect(pass(gate(), { end, answer: head('text/event-stream') }).verdicts).toEqual([])
    expect(pass(gate(), { end, answer: head('text/html') }).verdicts).toEqual([
      'timeouts=would_cut;rule=request',
    ])
  })

  test('what another tap refused would not be sent again', () => {
    const end = { status: '503', outcome: 'server_error' } as const
    const answer = 'HTTP/1.1 503 Unavailable\r\nx-tapmesh-denied: connectionPool;rule=r;v=1\r\n\r\n'
    expect(pass(gate(), { end, answer }).verdicts).toEqual(['retries=would_no_retry;rule=denied'])
    const quoting = 'HTTP/1.1 503 Unavailable\r\nx-note: x-tapmesh-denied: no\r\n\r\n'
    expect(pass(gate(), { end, answer: quoting }).verdicts).toEqual(['retries=would_retry;rule=codes'])
  })
})

describe('messages that break a rule of strict HTTP', () => {
  const broken = { end: { finding: 'bare_lf' } }

  test('a service that says nothing of them leaves them to the relay, or has dry-run beside others', () => {
    expect(gateOf('  orders: {}\n')).toBeUndefined()
    const gate = gateOf('  orders: { mtls: { mode: dry-run, policy: permissive } }\n')!
    expect(pass(gate, broken).verdicts).toEqual([
      'mtls=would_note;rule=permissive',
      'strict=would_deny;rule=bare_lf',
    ])
  })

  test.each(['inbound', 'outbound'] as const)('a tap on either side names them (%s)', (kind) => {
    const gate = gateOf('  orders: { strict: { mode: dry-run } }\n', { kind })!
    expect(pass(gate, broken)).toEqual({
      watched: true,
      verdicts: ['strict=would_deny;rule=bare_lf'],
      revision: REVISION,
    })
    expect(pass(gate).verdicts).toEqual([])
  })

  test('disabled, nobody names them', () => {
    const gate = gateOf('  orders: { strict: { mode: disabled } }\n')!
    expect(pass(gate, broken)).toMatchObject({ watched: true, verdicts: [] })
  })

  test("the caller's tap never refuses for the service", () => {
    const gate = gateOf('  orders: { strict: { mode: enforce } }\n', { kind: 'outbound' })!
    expect(gate.acts).toBe(false)
    expect(pass(gate, broken).verdicts).toEqual(['strict=would_deny;rule=bare_lf'])
  })

  test('what the parser of the terminating proxy refused was denied', () => {
    const gates = gatesOf('  orders: { strict: { mode: enforce } }\n')
    const settings = { kind: 'inbound', destination: 'orders', destination_zone: '', protocol: 'http' }
    const draft = Object.assign(new Draft(), { finding: 'length_and_coding' })
    gates.gateFor(settings as ListenerSettings)!.refused!(draft)
    expect([draft.verdicts, draft.config_version]).toEqual([['strict=deny;rule=length_and_coding'], REVISION])
    const counts: unknown[] = []
    gates.counters.each((...count) => counts.push(count))
    expect(counts).toEqual([['strict', 'deny', true, 1]])
  })
})

describe('fields by which taps speak to each other', () => {
  const gate = () => gateOf('  orders: { retries: { mode: dry-run } }\n', { kind: 'outbound' })!
  const failed = { end: { status: '503', outcome: 'server_error' } } as const
  const fields = { 'x-tapmesh-attempt': '2' }

  test.each(['trace', 'mtls'] as const)(
    'are believed of a tap (%s), and read while they are there',
    (evidence) => {
      expect(pass(gate(), { ...failed, fields, evidence }).verdicts).toEqual([
        'retries=would_no_retry;rule=attempt',
      ])
    },
  )

  test.each(['config', 'address', 'none'] as const)('are not believed of others (%s)', (evidence) => {
    expect(pass(gate(), { ...failed, fields, evidence }).verdicts).toEqual(['retries=would_retry;rule=codes'])
  })
})

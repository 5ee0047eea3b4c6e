import { ask, type Backend, get, type Rig, type RigOptions, startEcho, startRig } from '../relay/rig.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const TRACEPARENT = `traceparent: 00-${TRACE}-${PARENT}-00`

let backend: Backend & { requests: () => string[] }
let rig: Rig

async function start(options: RigOptions = {}): Promise<void> {
  backend = await startEcho()
  rig = await startRig({ backendPort: backend.port, ...options })
}

afterEach(() => {
  rig.close()
  backend.close()
})

function sent(name: string): string[] {
  return [
    ...backend
      .requests()
      .at(-1)!
      .matchAll(new RegExp(`^${name}: (.*)$`, 'gim')),
  ].map((match) => match[1]!.trim())
}

describe('trace context (DESIGN 4.3)', () => {
  test('a trace is started where there is none', async () => {
    await start()
    await ask(rig.port, get())
    const [record] = rig.records
    expect(record!.trace).toMatch(/^[0-9a-f]{32}$/)
    expect(record!.parent).toBe('')
    expect(sent('traceparent')).toEqual([`00-${record!.trace}-${record!.span}-01`])
    expect(sent('tracestate')).toEqual([])
  })

  test('an inbound tap continues a trace with a span of its own and leaves tracestate alone', async () => {
    await start()
    await ask(rig.port, get('/', TRACEPARENT, 'tracestate: a=1'))
    const [record] = rig.records
    expect(record).toMatchObject({ trace: TRACE, parent: PARENT })
    expect(record!.span).not.toBe(PARENT)
    expect(sent('traceparent')).toEqual([`00-${TRACE}-${record!.span}-00`])
    expect(sent('tracestate')).toEqual(['a=1'])
  })

  test('an outbound tap signs tracestate and keeps the members of others', async () => {
    await start({ settings: { kind: 'outbound', destination: 'cart' } })
    await ask(
      rig.port,
      get('/', TRACEPARENT, 'tracestate: a=1, tapmesh=old~0000000000000001', 'tracestate: b=2'),
    )
    const [record] = rig.records
    expect(sent('tracestate')).toEqual([`tapmesh=orders~${record!.span},a=1,b=2`])
    expect(record!.parties).toMatchObject({ reporter: 'client', source: 'orders', destination: 'cart' })
  })

  test('a caller is believed only if its span is the parent', async () => {
    await start()
    await ask(rig.port, get('/', TRACEPARENT, `tracestate: tapmesh=web~${PARENT}`))
    await ask(rig.port, get('/', TRACEPARENT, 'tracestate: tapmesh=web~1111111111111111'))
    expect(rig.records.map(({ parties }) => [parties.source, parties.source_evidence])).toEqual([
      ['web', 'trace'],
      ['127.0.0.1', 'address'],
    ])
  })

  test('then configuration, then the address; parties are the same object again', async () => {
    await start({ deps: { callerOf: (address) => (address === '127.0.0.1' ? 'batch' : undefined) } })
    await ask(rig.port, get())
    await ask(rig.port, get())
    expect(rig.records[0]!.parties).toMatchObject({ source: 'batch', source_evidence: 'config' })
    expect(rig.records[1]!.parties).toBe(rig.records[0]!.parties)
  })

  test.each([
    ['malformed', ['traceparent: zz-zz']],
    ['twice', [TRACEPARENT, TRACEPARENT]],
    ['all zero', [`traceparent: 00-${'0'.repeat(32)}-${PARENT}-01`]],
    ['in capitals', [`traceparent: 00-${TRACE.toUpperCase()}-${PARENT}-01`]],
  ])('%s: dropped with tracestate, a new trace starts, and it is counted (Q42)', async (_name, fields) => {
    await start()
    await ask(rig.port, get('/', ...fields, 'tracestate: a=1'))
    expect(sent('traceparent')).toEqual([`00-${rig.records[0]!.trace}-${rig.records[0]!.span}-01`])
    expect(sent('tracestate')).toEqual([])
    expect(rig.counters.traceRestarts).toBe(1)
  })

  test('untouched: the request goes on byte for byte', async () => {
    await start({ settings: { untouched: true } })
    const request = get('/', 'Connection: keep-alive', 'content-length: 00', TRACEPARENT, TRACEPARENT)
    await ask(rig.port, request)
    expect(backend.requests()).toEqual([request])
  })
})

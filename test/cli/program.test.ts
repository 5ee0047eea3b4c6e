import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Terminal } from '../../cli/terminal/terminal.ts'
import type { ApiStub, StubAnswer } from '../support/api-stub.ts'
import { STUB_WINDOW, startApiStub, stubCall, stubEdge, stubGraph, stubSpan } from '../support/api-stub.ts'
import { type Ran, runTapmesh } from './support/tapmesh-command.ts'

let stub: ApiStub | undefined
afterEach(async () => {
  await stub?.close()
  stub = undefined
})

/** Runs one command line in this process against the stub. */
async function run(
  args: string[],
  answers: Record<string, StubAnswer | ((query: URLSearchParams) => StubAnswer)> = {},
  more: Partial<Terminal> = {},
): Promise<Ran> {
  await stub?.close()
  stub = await startApiStub(answers)
  return runTapmesh(args, { environment: { TAPMESH_API: stub.address }, ...more })
}

const GRAPH = '/api/v1/graph'
const edges = [
  stubEdge('web-api', 'catalog'),
  stubEdge('cart', 'catalog', { calls: 7, errors: 0, error_rate: 0 }),
]

describe('usage', () => {
  test.each([
    [['nonsense'], /unknown command 'nonsense'/],
    [['graph', '--nope'], /unknown option '--nope'/],
    [['graph', '--format', 'png'], /Allowed choices/],
    [['calls', '--limit', '0'], /whole number from 1/],
    [['calls', '--min-duration', 'soon'], /250ms/],
    [['trace', 'zz'], /32 hex digits/],
    [['trace'], /missing required argument/],
    [['up', '--port', '70000'], /65535/],
    [['graph', '--api', 'http://'], /not an address/],
  ])('%j exits with 64 and says what is wrong', async (args, message) => {
    const ran = await run(args)
    expect(ran.exit).toBe(64)
    expect(ran.error).toMatch(message)
    expect(ran.error).toContain('TAPMESH_USAGE')
    expect(ran.out).toBe('')
  })

  test('help and version are no errors', async () => {
    expect(await run(['--version'])).toMatchObject({ exit: 0, out: '1.2.3\n' })
    const help = await run(['calls', '--help'])
    expect(help).toMatchObject({ exit: 0, error: '' })
    expect(help.out).toContain('Examples:')
  })

  test('an address beyond loopback needs the names it is reached by', async () => {
    const ran = await run(['up', '--host', '0.0.0.0'])
    expect(ran).toMatchObject({ exit: 64 })
    expect(ran.error).toContain('TAPMESH_BIND_UNSAFE')
  })
})

describe('peers that do not answer as they should', () => {
  test('nobody there: 69, the address, and what to do', async () => {
    const ran = await run(['graph', '--api', 'http://127.0.0.1:1'])
    expect(ran.exit).toBe(69)
    expect(ran.error).toContain('http://127.0.0.1:1')
    expect(ran.error).toContain('tapmesh up')
  })

  test("the API's own error keeps its code; what is not found is a finding", async () => {
    const ran = await run(['trace', '0'.repeat(32)])
    expect(ran).toMatchObject({ exit: 1 })
    expect(ran.error).toContain('TAPMESH_NOT_FOUND')
  })

  test('another program on that port is recognised', async () => {
    const ran = await run(['graph'], { [GRAPH]: { status: 500, body: '<html>' } })
    expect(ran.exit).toBe(69)
    expect(ran.error).toContain('not as a tapmesh API does')
  })
})

describe('graph', () => {
  test('a table with the busiest edge first, and what it rests on', async () => {
    const { out } = await run(['graph'], { [GRAPH]: { body: stubGraph([...edges].reverse()) } })
    const lines = out.split('\n')
    expect(lines[0]).toMatch(/^source +destination +protocol +health +calls/)
    expect(lines[1]).toMatch(
      /^web-api +catalog +http +BAD +20 +2\.00\/s +5\.0 % +4\.0 ms +90\.0 ms +1\.2 s +both/,
    )
    expect(lines[3]).toContain('nothing lost')
  })

  test('JSON is the answer itself; other formats come from the API as they are', async () => {
    const graph = stubGraph(edges)
    expect(JSON.parse((await run(['graph', '--json'], { [GRAPH]: { body: graph } })).out)).toEqual(graph)
    const { out } = await run(['graph', '--format', 'mermaid', '--from', 'now-7d'], {
      '/api/v1/graph.mmd': { body: 'graph LR\n' },
    })
    expect(out).toBe('graph LR\n')
    expect(stub?.asked).toEqual(['/api/v1/graph.mmd?from=now-7d&to=now'])
    await run(['graph', '--find', 'p95 > 1s', '--hide', 'idle', '--group', 'zone', '--open', 'eu,us'], {
      [GRAPH]: { body: graph },
    })
    expect(new URLSearchParams(stub?.asked[0]?.split('?')[1]).toString()).toBe(
      'from=now-15m&to=now&find=p95+%3E+1s&hide=idle&group=zone&open=eu%2Cus',
    )
  })

  test('an empty window says what to do', async () => {
    expect((await run(['graph'], { [GRAPH]: { body: stubGraph([]) } })).out).toContain('tapmesh doctor')
  })
})

describe('calls', () => {
  const page = (calls: unknown[], next: string | null) => ({
    body: { window: STUB_WINDOW, calls, next_cursor: next },
  })

  test('filters go to the API by its names, pages are followed up to the limit', async () => {
    const answer = (query: URLSearchParams) =>
      query.get('cursor') === null ? page([stubCall(), stubCall()], 'next') : page([stubCall()], 'more')
    const args = [
      'calls',
      '--status',
      '5xx',
      '--min-duration',
      '250ms',
      '--trace',
      'ab',
      '--limit',
      '3',
      '--json',
    ]
    const { out } = await run(args, { '/api/v1/calls': answer })
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).status),
    ).toEqual(['500', '500', '500'])
    expect(stub?.asked[0]).toContain('status=5xx&min_duration_us=250000&trace_id=ab&from=now-15m')
    expect(stub?.asked[1]).toContain('limit=1&cursor=next')
    expect(stub?.asked).toHaveLength(2)
  })

  test('a table for people, with the way to more', async () => {
    const { out } = await run(['calls', '--limit', '1'], { '/api/v1/calls': page([stubCall()], 'abc') })
    expect(out).toMatch(/web-api +catalog +server +GET +\/products\/7 +500/)
    expect(out).toContain('--cursor abc')
  })
})

test('trace: bars with the share of the network, in JSON the answer itself', async () => {
  const trace = {
    trace_id: 'ab'.repeat(16),
    start: STUB_WINDOW.from,
    duration_us: 12_000,
    services: ['catalog'],
    spans: [
      stubSpan(),
      stubSpan({ depth: 1, server: null, network_us: null, start_us: 6_000, duration_us: 6_000 }),
    ],
    gaps: [],
    skew_us: 0,
  }
  const answers = { [`/api/v1/traces/${'ab'.repeat(16)}`]: { body: trace } }
  const { out } = await run(['trace', 'AB'.repeat(16)], answers)
  const [, , first, second] = out.split('\n')
  expect(first).toMatch(/\|-+=+-+\| +12\.0 ms network 3\.0 ms \(25 %\)/)
  expect(second).toMatch(/\| +~+\| +6\.0 ms seen from|\| +~+\| +6\.0 ms seen by the caller only/)
})

test('service and edge ask by name and window; what had no calls is a finding', async () => {
  const asked = async (args: string[]) => {
    const ran = await run(args)
    return [ran.exit, stub?.asked]
  }
  expect(await asked(['service', 'a/b', '--from', 'now-1h'])).toEqual([
    1,
    ['/api/v1/services/a%2Fb?from=now-1h&to=now'],
  ])
  expect(await asked(['edge', 'a', 'b c'])).toEqual([1, ['/api/v1/edges/a/b%20c?from=now-15m&to=now']])
  expect((await run(['edge', 'a'])).exit).toBe(64)
})

describe('tail', () => {
  const events = [
    `event: graph\ndata: {}\n\n`,
    `event: calls\ndata: ${JSON.stringify({ calls: [stubCall(), stubCall({ path: '/x\u001b[2J' })], skipped: 3 })}\n\n`,
  ].join('')

  test('prints calls as they come, safe for a terminal, and says what it left out', async () => {
    const ran = await run(['tail', '--outcome', 'failed', '--limit', '2'], { '/api/v1/stream': { events } })
    expect(ran.out.split('\n')[0]).toMatch(
      /^00:00:01\.234 +server +web-api -> catalog +500 +12\.0 ms +4bf92f35 +GET \/products\/7/,
    )
    expect(ran.out).not.toContain('\u001b')
    expect(ran.error).toContain('3 more calls')
    expect(ran.exit).toBe(0)
    expect(stub?.asked[0]).toContain('calls=1&graph=0&outcome=failed')
  })

  test('a stream that ends by itself is an unavailable peer', async () => {
    const ran = await run(['tail', '--json'], { '/api/v1/stream': { events } })
    expect(JSON.parse(ran.out.split('\n')[0]!).status).toBe('500')
    expect(ran.exit).toBe(69)
  })
})

describe('tail with a past', () => {
  test('begins with the newest stored calls, oldest first, and shows each once', async () => {
    const [older, newer, live] = ['a', 'b', 'c'].map((id) => stubCall({ id, path: `/${id}` }))
    const events = `event: calls\ndata: ${JSON.stringify({ calls: [newer, live], skipped: 0 })}\n\n`
    const { out, exit } = await run(['tail', '--last', '2', '--limit', '3', '--source', 'web-api'], {
      '/api/v1/stream': { events },
      '/api/v1/calls': { body: { window: STUB_WINDOW, calls: [newer, older], next_cursor: null } },
    })
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.slice(-2)),
    ).toEqual(['/a', '/b', '/c'])
    expect(exit).toBe(0)
    expect(stub?.asked[1]).toContain('source=web-api&limit=2')
  })
})

describe('top', () => {
  const row = {
    source: 'a',
    destination: 'catalog',
    method: '',
    route: '',
    status: '',
    response_flags: '',
    calls: 90,
    errors: 9,
    rate: 0.1,
    error_rate: 0.1,
    p50_us: 1000,
    p95_us: 2000,
    p99_us: 3000,
  }
  const answer = (by: string, rows: object[]) => ({
    '/api/v1/top': { body: { window: STUB_WINDOW, by, rows } },
  })

  test('one question by its key; rows in the order asked for', async () => {
    const rows = [row, { ...row, source: 'b', calls: 20, p99_us: 2_000_000 }]
    const args = ['top', '--by', 'source', '--sort', 'p99', '--service', 'catalog']
    const { out } = await run([...args, '--json'], answer('source', rows))
    expect(JSON.parse(out).map(({ source }: { source: string }) => source)).toEqual(['b', 'a'])
    expect(stub?.asked).toEqual(['/api/v1/top?by=source&service=catalog&from=now-1m&to=now&limit=1000'])
  })

  test('a table ends at once without a terminal and says what it leaves out', async () => {
    const route = { ...row, source: '', method: 'GET', route: '/p/{id}' }
    const { out } = await run(['top', '--by', 'route', '--limit', '1'], answer('route', [route, route]))
    expect(out.split('\n')[1]).toMatch(/^catalog +GET +\/p\/\{id\} +90 +0\.10\/s +9 +10 % +1\.0 ms/)
    expect(out).toContain('and 1 more')
    expect((await run(['top'], answer('edge', []))).out).toBe('No calls in this window.\n')
  })

  test.each([
    [['top', '--by', 'nonsense'], /Allowed choices/],
    [['top', '--sort', 'name'], /Allowed choices/],
    [['tail', '--last', '-1'], /whole number from 0/],
  ])('%j exits with 64', async (args, message) => {
    const ran = await run(args)
    expect(ran).toMatchObject({ exit: 64, out: '' })
    expect(ran.error).toMatch(message)
  })
})

describe('config lint', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tapmesh-lint-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('a good file gives one line, a bad one place, key and exit code 64', async () => {
    writeFileSync(join(folder, 'good.yaml'), 'service: a\ninbound: [{ listen: 1, to: "127.0.0.1:2" }]\n')
    writeFileSync(join(folder, 'bad.yaml'), 'service: a\ninbounds: []\n')
    const good = await run(['config', 'lint', join(folder, 'good.yaml')])
    expect(good).toMatchObject({ exit: 0, error: '' })
    expect(good.out).toContain('1 inbound')
    const bad = await run(['config', 'lint', join(folder, 'bad.yaml')])
    expect(bad.exit).toBe(64)
    expect(bad.error).toContain('bad.yaml:2:1')
  })

  test('a token in the file is not printed', async () => {
    const secret = 'secretsecretsecret'
    writeFileSync(
      join(folder, 'a.yaml'),
      `service: a\ninbound: [{ listen: 1, to: "127.0.0.1:2" }]\ncollector: { url: "http://127.0.0.1:1", token: ${secret} }\n`,
    )
    const { out } = await run(['config', 'lint', '--json', join(folder, 'a.yaml')])
    expect(JSON.parse(out).collector.token).toBe('set')
    expect(out).not.toContain(secret)
  })
})

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SHOP } from '../../demo/shop.ts'
import type { CallsAnswer, GraphAnswer, TraceAnswer } from '../../graph-api/contract.ts'
import type { TapmeshProcess } from '../support/tapmesh-process.ts'
import { eventually, isAlive, startTapmesh } from '../support/tapmesh-process.ts'
import { builtTap } from './support/built-tap.ts'

/** The demo as people start it: real services, real taps, a real store. */

let folder: string
let tap: string
let demo: TapmeshProcess | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-demo-'))
  tap = await builtTap()
})
afterEach(() => {
  if (demo && isAlive(demo.pid)) demo.process.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

function startDemo(name: string, ...more: string[]): TapmeshProcess {
  const home = join(folder, name)
  demo = startTapmesh(['demo', '--data', home, '--tap', tap, '--port', '0', '--collector-port', '0', ...more])
  return demo
}

function pidsOf(name: string): number[] {
  const note = JSON.parse(readFileSync(join(folder, name, 'demo', 'running.json'), 'utf8'))
  return note.pids
}

const alive = (pids: readonly number[]) => pids.filter(isAlive)

const nothingLeft = (pids: readonly number[]) =>
  eventually(
    () => (alive(pids).length === 0 ? true : undefined),
    15_000,
    () => `still running: ${alive(pids).join(', ')}`,
  )

async function get<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

test('every call that was made is on the map exactly once, from both sides, and Ctrl-C leaves nothing', async () => {
  const running = startDemo('whole', '--rate', '40', '--duration', '5s', '--stay')
  const [, api] = await running.said(/^listening api (\S+)$/m)
  const pids = pidsOf('whole')
  expect(pids).toHaveLength(13)
  expect(alive(pids)).toHaveLength(13)
  await running.said(/^load ended/m, 60_000)

  const { made } = JSON.parse(readFileSync(join(folder, 'whole', 'demo', 'ledger.json'), 'utf8'))
  const graph = await get<GraphAnswer>(`${api}/api/v1/graph?from=now-15m&to=now`)
  const recorded: Record<string, number> = {}
  for (const { source, destination, calls } of graph.edges) {
    const edge = `${source} -> ${destination}`
    recorded[edge] = (recorded[edge] ?? 0) + calls
  }
  expect(recorded).toEqual(made)

  // Every edge between two tapped services is known from both sides, with equal counts.
  for (const { name, calls } of SHOP) {
    for (const destination of calls) {
      const edge = graph.edges.find((each) => each.source === name && each.destination === destination)
      expect(edge).toBeDefined()
      expect(edge!.other_side_calls).toBe(destination === 'shipping-api' ? 0 : edge!.calls)
    }
  }
  expect(graph.coverage).toMatchObject({ lost: 0, quarantined: 0 })

  // Traces run through all services that forward headers; cart is the one that does not.
  const find = async (source: string, destination: string) => {
    const query = `source=${source}&destination=${destination}&from=now-15m&limit=1`
    const { calls } = await get<CallsAnswer>(`${api}/api/v1/calls?${query}`)
    return get<TraceAnswer>(`${api}/api/v1/traces/${calls[0]!.trace_id}`)
  }
  expect((await find('checkout', 'payment')).services).toEqual(
    expect.arrayContaining(['web-api', 'checkout', 'payment']),
  )
  expect((await find('cart', 'catalog')).services).not.toContain('web-api')

  running.process.kill('SIGINT')
  expect(await running.ended()).toBe(0)
  expect(alive(pids)).toEqual([])
})

test('a second demo says that one is running; killed outright, the first takes all its programs along', async () => {
  const first = startDemo('killed')
  await first.said(/^Ready after/m)
  const pids = pidsOf('killed')
  const second = startTapmesh(['demo', '--data', join(folder, 'killed'), '--tap', tap])
  expect(await second.ended()).toBe(69)
  expect(second.output()).toContain(`process ${first.pid}`)
  first.process.kill('SIGKILL')
  await nothingLeft(pids)
})

test('a tap that cannot start is named, and nothing stays running', async () => {
  demo = startTapmesh([
    'demo',
    '--data',
    join(folder, 'broken'),
    '--tap',
    join(folder, 'none.mjs'),
    '--port',
    '0',
  ])
  expect(await demo.ended()).not.toBe(0)
  expect(demo.output()).toContain('TAPMESH_SETUP_FAILED')
})

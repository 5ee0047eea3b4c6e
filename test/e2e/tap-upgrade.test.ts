import { once } from 'node:events'
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askUpgrade } from '../../cli/client/tap-admin.ts'
import { stubCollector, until } from '../tap-proxy/support/stub-collector.ts'
import { call, startBackend } from './support/calls.ts'
import { startTapProcess, type TapProcess } from './support/tap-process.ts'

/** One tap after the other on the same sockets, under load: the ledger of every call must come out even. */

const UPGRADES = 5
const NEW_CONNECTIONS_MIN = 2_000

let tap: TapProcess | undefined
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-upgrade-'))
})
afterEach(() => {
  for (const pid of tap === undefined ? [] : pidsOf(tap)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
})
afterAll(() => rm(folder, { recursive: true }))

/** The process that was started, and each that took over. */
function pidsOf({ child, stderr }: TapProcess): number[] {
  const after = [...stderr().matchAll(/process (\d+) serves new connections now/g)]
  return [child.pid!, ...after.map(([, pid]) => Number(pid))]
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function upgradeBySignal(running: TapProcess): Promise<void> {
  const before = pidsOf(running)
  process.kill(before.at(-1)!, 'SIGURG')
  await until('the next process to serve', () => pidsOf(running).length > before.length)
}

/** Calls without pause from some workers, each with a number of its own. */
function numberedCalls(port: number, kind: string, workers: number, agent?: Agent) {
  const failed: string[] = []
  const made: string[] = []
  let going = true
  const work = async () => {
    while (going) {
      const path = `/${kind}/${made.length}`
      made.push(path)
      const { status, error } = await call(port, path, agent ? { agent } : {})
      if (status !== 200) failed.push(`${path} ${status} ${error}`)
    }
  }
  const done = Promise.all(Array.from({ length: workers }, work))
  return {
    made,
    failed,
    async stop() {
      going = false
      await done
      agent?.destroy()
    },
  }
}

async function startEcho(): Promise<{ server: Server; address: string }> {
  const server = createServer((socket) => socket.pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, address: `127.0.0.1:${(server.address() as { port: number }).port}` }
}

test(`${UPGRADES} upgrades under load: no call is refused, broken, sent twice or missing in the records`, async () => {
  const received: string[] = []
  const backend = await startBackend((request, response) => {
    received.push(request.url!)
    response.end('hello')
  })
  const echo = await startEcho()
  const collector = await stubCollector()
  const file = join(folder, 'load.yaml')
  await writeFile(
    file,
    `service: orders
inbound: [{ listen: 0, to: "${backend.address}" }]
outbound: [{ listen: 0, to: "${echo.address}", service: db, protocol: opaque }]
collector: { url: "${collector.url}", token: t, flush: 20ms }
upgradeGrace: 60s
`,
  )
  tap = await startTapProcess(['--config', file, '--admin-port', '0'])
  const port = tap.port('inbound orders')
  const opaque = connect(tap.port('outbound db'), '127.0.0.1')
  await once(opaque, 'connect')
  const fresh = numberedCalls(port, 'new', 4)
  const kept = numberedCalls(port, 'kept', 2, new Agent({ keepAlive: true, maxSockets: 2 }))
  for (let upgrade = 0; upgrade < UPGRADES; upgrade++) {
    const before = fresh.made.length
    await until('calls between upgrades', () => fresh.made.length > before + NEW_CONNECTIONS_MIN / UPGRADES)
    await upgradeBySignal(tap)
  }
  await until('enough calls', () => fresh.made.length >= NEW_CONNECTIONS_MIN)
  await Promise.all([fresh.stop(), kept.stop()])
  expect([...fresh.failed, ...kept.failed]).toEqual([])
  const made = [...fresh.made, ...kept.made].sort()
  expect(received.sort()).toEqual(made)
  // The connection that was there before the first upgrade lives on in the first process.
  opaque.write('still there?')
  expect(String((await once(opaque, 'data'))[0])).toBe('still there?')
  opaque.end()
  const pids = pidsOf(tap)
  expect(pids).toHaveLength(UPGRADES + 1)
  await until('the earlier processes to end', () => pids.slice(0, -1).every((pid) => !isAlive(pid)))
  process.kill(pids.at(-1)!, 'SIGTERM')
  await until('the last process to end', () => !isAlive(pids.at(-1)!))
  const recorded = collector.records()
  expect(recorded.flatMap(({ path, protocol }) => (protocol === 'http' ? [path] : [])).sort()).toEqual(made)
  expect(recorded.filter(({ protocol }) => protocol === 'opaque')).toHaveLength(1)
  expect((await call(port)).error).toBe('ECONNREFUSED')
  echo.server.close()
  await collector.close()
  await backend.close()
})

test('over the admin port with the token; the admin port itself goes over too', async () => {
  const backend = await startBackend()
  const words = ['--service', 'orders', '--listen', '0', '--to', backend.address, '--admin-port', '0']
  const collector = await stubCollector()
  tap = await startTapProcess([...words, '--collector', collector.url, '--token', 'secret'])
  const ask = (token?: string) =>
    fetch(`${tap!.admin()}/upgrade`, {
      method: 'POST',
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    })
  expect([(await ask()).status, (await ask('wrong')).status]).toEqual([401, 403])
  const said = await askUpgrade(tap.admin(), 'secret')
  expect(said).toMatchObject({ tap: expect.stringContaining('orders@'), before: tap.child.pid })
  await until('the first process to end', () => !isAlive(said.before))
  expect(isAlive(said.after)).toBe(true)
  expect((await fetch(`${tap.admin()}/readyz`)).status).toBe(200)
  expect((await call(tap.port('inbound orders'))).body).toBe('hello')
  // The watchdog has no listening socket of the tap: a tap that is gone must leave its ports.
  const listening = await listeningSockets()
  expect((await openFiles(said.after)).filter((target) => listening.has(target))).toHaveLength(2)
  expect((await openFiles(await watchdogOf(said.after))).filter((target) => listening.has(target))).toEqual(
    [],
  )
  process.kill(said.after, 'SIGTERM')
  await until('the end', () => !isAlive(said.after))
  await collector.close()
  await backend.close()
})

async function openFiles(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`)
  return Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
}

/** `socket:[inode]` of each socket of this machine that listens (proc_pid_net(5)). */
async function listeningSockets(): Promise<ReadonlySet<string>> {
  const rows = (await readFile('/proc/self/net/tcp', 'utf8'))
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
  return new Set(rows.filter(([, , , state]) => state === '0A').map((row) => `socket:[${row[9]}]`))
}

async function watchdogOf(pid: number): Promise<number> {
  let found: number | undefined
  await until('the watchdog', async () => {
    for (const thread of await readdir(`/proc/${pid}/task`)) {
      const children = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')
      found ??= children.split(' ').filter(Boolean).map(Number)[0]
    }
    return found !== undefined
  })
  return found!
}

test('a successor that cannot start leaves the one before as it was', async () => {
  const backend = await startBackend()
  const file = join(folder, 'broken.yaml')
  const text = `service: orders\ninbound: [{ listen: 0, to: "${backend.address}" }]\n`
  await writeFile(file, text)
  tap = await startTapProcess(['--config', file, '--admin-port', '0'])
  await writeFile(file, 'service: [')
  process.kill(tap.child.pid!, 'SIGURG')
  await until('the refusal', () => /no upgrade: .*ended before it was ready/.test(tap!.stderr()))
  expect(pidsOf(tap)).toEqual([tap.child.pid])
  expect((await call(tap.port('inbound orders'))).body).toBe('hello')
  await writeFile(file, text)
  await upgradeBySignal(tap)
  expect((await call(tap.port('inbound orders'))).body).toBe('hello')
  await backend.close()
})

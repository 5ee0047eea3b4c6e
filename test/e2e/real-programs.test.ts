import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { program, testWith } from '../support/system.ts'
import { until } from '../tap-proxy/support/stub-collector.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

/** Taps before programs nobody here wrote: the tap's access log and the program's own agree line by line. */

const folder = mkdtempSync(join(tmpdir(), 'tapmesh-real-'))
const started: ChildProcess[] = []

afterAll(() => {
  endTaps()
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const open = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false)
  socket.destroy()
  return open
}

async function run(
  path: string,
  args: readonly string[],
  port: number,
): Promise<ChildProcess & { said: () => string }> {
  const child = spawn(path, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      said += part
    })
  }
  await until(`${path} to listen`, () => accepts(port))
  return Object.assign(child, { said: () => said })
}

interface Line {
  call: string
  status: string
}

function tapLines(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, string>)
    .map((line) => ({ call: `${line['method']} ${line['path']}`, status: line['status']! }))
}

/** `"GET /a HTTP/1.1" 200` of a log in the common format, without the query string. */
function commonLines(text: string): Line[] {
  return [...text.matchAll(/"(\S+) ([^\s?]+)\S* HTTP\/1\.[01]" (\d{3})/g)].map(
    ([, method, path, status]) => ({
      call: `${method} ${path}`,
      status: status!,
    }),
  )
}

const PATHS = ['/', '/hello.txt', '/hello.txt?secret=1', '/none', '/hello.txt', '/a%20b', '/big.bin']

async function callAll(port: number): Promise<void> {
  for (const path of PATHS) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    await answer.arrayBuffer()
  }
  await fetch(`http://127.0.0.1:${port}/hello.txt`, { method: 'HEAD' })
  await fetch(`http://127.0.0.1:${port}/hello.txt`, { method: 'POST', body: 'x'.repeat(10_000) }).then((a) =>
    a.text(),
  )
}

function site(): void {
  writeFileSync(join(folder, 'hello.txt'), 'hello\n')
  writeFileSync(join(folder, 'big.bin'), Buffer.alloc(3_000_000, 7))
}

testWith('python3')(
  "python's http.server: each call is in both logs, in the same order, with the same status",
  async () => {
    site()
    const port = await freePort()
    const python = await run(
      program('python3')!,
      ['-u', '-m', 'http.server', String(port), '--bind', '127.0.0.1'],
      port,
    )
    const log = join(folder, 'python-tap.jsonl')
    const tap = await startTapProcess([
      ...['--service', 'files', '--listen', '0', '--to', `127.0.0.1:${port}`, '--admin-port', '0'],
      ...['--access-log', 'json', '--access-log-file', log],
    ])
    await callAll(tap.port('inbound files'))
    await tap.stop()
    expect(tapLines(log)).toHaveLength(PATHS.length + 2)
    await until('python to write its last line', () => commonLines(python.said()).length >= PATHS.length + 2)
    expect(tapLines(log)).toEqual(commonLines(python.said()))
    expect(readFileSync(log, 'utf8')).not.toContain('secret')
  },
)

testWith('nginx')(
  'nginx: each call is in both logs, and the trace id that nginx saw is the record’s',
  async () => {
    site()
    const port = await freePort()
    const own = join(folder, 'nginx.log')
    const conf = join(folder, 'nginx.conf')
    writeFileSync(
      conf,
      `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  log_format trace '"$request" $status $http_traceparent';
  access_log ${own} trace;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; root ${folder}; }
}`,
    )
    await run(program('nginx')!, ['-c', conf], port)
    const log = join(folder, 'nginx-tap.jsonl')
    const tap = await startTapProcess([
      ...['--service', 'web', '--listen', '0', '--to', `127.0.0.1:${port}`, '--admin-port', '0'],
      ...['--access-log', 'json', '--access-log-file', log],
    ])
    await callAll(tap.port('inbound web'))
    await tap.stop()
    await until(
      'nginx to write its last line',
      () => commonLines(readFileSync(own, 'utf8')).length >= PATHS.length + 2,
    )
    expect(tapLines(log)).toEqual(commonLines(readFileSync(own, 'utf8')))
    const seen = [...readFileSync(own, 'utf8').matchAll(/ 00-([0-9a-f]{32})-([0-9a-f]{16})-/g)].map(
      (m) => `${m[1]} ${m[2]}`,
    )
    const recorded = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
    expect(seen).toEqual(recorded.map((line) => `${line['trace_id']} ${line['span_id']}`))
  },
)

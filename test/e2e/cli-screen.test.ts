import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { STUB_WINDOW, startApiStub } from '../support/api-stub.ts'
import { testWith } from '../support/system.ts'
import { eventually } from '../support/tapmesh-process.ts'

/** `tapmesh top` on a real terminal: `script` (util-linux) gives the process one. */

const MAIN = join(import.meta.dirname, '../../cli/main.ts')

const row = (by: string) => ({
  source: by,
  destination: by,
  method: 'GET',
  route: `/${by}`,
  status: '200',
  response_flags: '',
  calls: 12,
  errors: 0,
  rate: 0.2,
  error_rate: 0,
  p50_us: 1000,
  p95_us: 2000,
  p99_us: 3000,
})

testWith('script')('draws in place, obeys its keys, and gives the terminal back', async () => {
  const stub = await startApiStub({
    '/api/v1/top': (query) => {
      const by = query.get('by')!
      return { body: { window: STUB_WINDOW, by, rows: [row(by)] } }
    },
  })
  const command = `${process.execPath} ${MAIN} top --api ${stub.address}`
  const { NO_COLOR: _off, ...env } = process.env
  const top = spawn('script', ['-qec', command, '/dev/null'], { env: { ...env, TERM: 'xterm' } })
  try {
    let seen = ''
    let code: number | null | undefined
    top.stdout.on('data', (chunk) => {
      seen += chunk
    })
    top.once('exit', (exit) => {
      code = exit
    })
    const until = (text: string) =>
      eventually(
        () => (seen.includes(text) ? text : undefined),
        20_000,
        () => `never drew ${text}; drew:\n${seen}`,
      )
    await until('\u001b[?1049h')
    await until('y edge')
    top.stdin.write('b')
    await until('/route')
    top.stdin.write('s')
    await until('errors v')
    top.stdin.write('q')
    expect(
      await eventually(
        () => code,
        20_000,
        () => 'top did not end',
      ),
    ).toBe(0)
    expect(seen.trimEnd().endsWith('\u001b[?1049l')).toBe(true)
    expect(stub.asked.some((path) => path.includes('by=route'))).toBe(true)
  } finally {
    top.kill('SIGKILL')
    await stub.close()
  }
})

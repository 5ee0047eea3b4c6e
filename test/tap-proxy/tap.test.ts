import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { assemble } from '../../tap-proxy/config/assemble.ts'
import type { TapDocument } from '../../tap-proxy/config/document.ts'
import type { Events } from '../../tap-proxy/events.ts'
import { createEvents } from '../../tap-proxy/events.ts'
import { LineWriter } from '../../tap-proxy/sink/line-writer.ts'
import { startTap } from '../../tap-proxy/tap.ts'
import { call, startBackend } from '../e2e/support/calls.ts'

const any = { host: '127.0.0.1', port: 0 }
let lines: string[]
let events: Events
beforeEach(() => {
  lines = []
  const writer = new LineWriter(2)
  jest.spyOn(writer, 'write').mockImplementation((line) => {
    lines.push(line)
  })
  events = createEvents(writer)
})

const settingsOf = (port: number, more: Partial<TapDocument> = {}) =>
  assemble({
    service: 'orders',
    inbound: [{ listen: any, to: [{ host: '127.0.0.1', port }] }],
    admin: { port: 0 },
    grace: 2000,
    ...more,
  })

const portOf = (described: string[]) =>
  Number(/inbound orders 127\.0\.0\.1:(\d+)/.exec(described.join('\n'))![1])

describe('startTap', () => {
  test('serves, says what is on, reloads in place, contains faults, stops', async () => {
    const [one, two] = [await startBackend(), await startBackend((_, response) => response.end('two'))]
    const tap = await startTap(settingsOf(one.port), events)
    const port = portOf(tap.describe())
    expect(tap.describe()[1]).toMatch(/^tap orders@.*: no collector/)
    expect((await call(port)).body).toBe('hello')
    await tap.reload(settingsOf(two.port))
    expect(portOf(tap.describe())).toBe(port)
    expect((await call(port)).body).toBe('two')
    tap.contain(new Error('stray'))
    expect(lines.join('\n')).toMatch(/contained: stray/)
    const admin = tap.describe().at(-1)!.split(' ').at(-1)
    expect(await (await fetch(`${admin}/metrics`)).text()).toContain('tapmesh_faults_total 1')
    expect(await tap.stop()).toBe(0)
    expect(tap.stuck()).toBe(false)
    expect((await call(port)).error).toBe('ECONNREFUSED')
    await one.close()
    await two.close()
  })

  test('a reload that cannot open a listener changes nothing', async () => {
    const backend = await startBackend()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const tap = await startTap(settingsOf(backend.port), events)
    const before = tap.describe()
    const forwardProxy = [{ listen: any }, { listen: { host: '127.0.0.1', port } }]
    await expect(tap.reload(settingsOf(1, { forwardProxy }))).rejects.toMatchObject({
      code: 'TAPMESH_PORT_IN_USE',
    })
    expect(tap.describe()).toEqual(before)
    expect((await call(portOf(before))).body).toBe('hello')
    await tap.stop()
    taken.close()
    await backend.close()
  })

  test('not ready while no address of a service is known', async () => {
    const outbound = [{ listen: any, service: 'nowhere', to: [{ host: 'nowhere.invalid', port: 80 }] }]
    const tap = await startTap(settingsOf(1, { outbound }), events)
    const ready = await fetch(`${tap.describe().at(-1)!.split(' ').at(-1)}/readyz`)
    expect([ready.status, await ready.text()]).toEqual([503, 'no address of nowhere is known\n'])
    expect(lines.join('\n')).toMatch(/nowhere.invalid does not resolve/)
    await tap.stop()
  })
})

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Policy } from '../../../model/policy.ts'
import type { ClientSettings, ClientTimes } from '../../../tap-proxy/control/client.ts'
import { ControlClient } from '../../../tap-proxy/control/client.ts'
import { StateInForce } from '../../../tap-proxy/control/state-in-force.ts'
import { until } from '../support/stub-collector.ts'
import type { PullReply } from '../support/stub-control.ts'
import { sendState, serve, stubControl } from '../support/stub-control.ts'
import { DRY_RUN, stateOf } from './state.ts'

const QUICK: ClientTimes = {
  wait_s: 30,
  deadline_ms: 5_000,
  retry_first_ms: 4,
  retry_max_ms: 16,
  spacing_ms: 1,
  poll_ms: 20,
  status_ms: 600_000,
  look_ms: 5,
}
const NEXT = stateOf(DRY_RUN, { revision: '0a1b2c3d.8' })

let folder: string
const open: { client: ControlClient; close(): Promise<void> }[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'control-client-'))
})
afterEach(async () => {
  for (const { client, close } of open.splice(0)) {
    await client.stop()
    await close()
  }
})
afterAll(() => rm(folder, { recursive: true }))

/** A client of a stub of control, and everything that came of it. */
async function clientOf(
  reply: PullReply,
  more: {
    settings?: Partial<ClientSettings>
    times?: Partial<ClientTimes>
    compile?: (policy: Policy) => void
  } = {},
) {
  const control = await stubControl(reply)
  const events: string[] = []
  const tell = (name: string) => (first: unknown) => events.push(`${name} ${String(first)}`)
  const services = ['orders', 'cart']
  const state = new StateInForce(
    (policy) => more.compile?.(policy),
    () => 'orders',
    () => false,
    {
      featuresLapsed: tell('lapsed'),
      clockBehind: tell('behind'),
      stateRefused: tell('refused'),
    },
  )
  const settings = {
    collector: control.url,
    token: 'secret',
    tap: 'orders@host',
    service: 'orders',
    file: undefined,
  }
  const client = new ControlClient(
    { ...settings, ...more.settings },
    state,
    () => services,
    () => false,
    {
      controlLost: tell('lost'),
      controlBack: () => events.push('back'),
      controlForbidden: tell('forbidden'),
      stateTaken: (revision, from) => events.push(`${from} ${revision}`),
      stateRefused: (_, reason) => events.push(`refused ${String(reason)}`),
      stateNotKept: tell('not kept'),
      keptStateUnused: tell('unused'),
      servicesLeftOut: tell('left out'),
    },
    { ...QUICK, ...more.times },
  )
  open.push({ client, close: control.close })
  return { client, control, state, events, services }
}

const raw =
  (status: number, body: string | Buffer, headers: Record<string, string> = {}): PullReply =>
  (response) => {
    response.writeHead(status, headers)
    response.end(body)
  }

test('asks as the contract says, takes the state, tells so, and waits with its ETag', async () => {
  const { client, control, state, events } = await clientOf(serve(stateOf(DRY_RUN)))
  client.start()
  await until('the second pull', () => control.pulls.length === 2)
  await until('the status', () => control.statuses.length === 1)
  expect(control.pulls[0]).toMatchObject({
    path: '/v1/config/orders%40host',
    services: ['orders', 'cart'],
    headers: { prefer: 'wait=30', authorization: 'Bearer secret' },
  })
  expect(control.pulls[0]!.headers['if-none-match']).toBeUndefined()
  expect(control.pulls[1]!.headers['if-none-match']).toBe('"0a1b2c3d.7"')
  expect(control.statuses[0]).toEqual({
    revision: '0a1b2c3d.7',
    result: 'ack',
    active: '0a1b2c3d.7',
    ignored: [],
    age_s: 0,
    bypassed: false,
  })
  expect([state.revision, events]).toEqual(['0a1b2c3d.7', ['control 0a1b2c3d.7']])
})

test('a change wakes it; a jump to a new epoch is taken like any other', async () => {
  const { client, control, state } = await clientOf(serve(stateOf(DRY_RUN)))
  client.start()
  await until('a waiting pull', () => control.pulls.length === 2)
  control.setReply(serve(NEXT))
  await until('the next revision', () => state.revision === '0a1b2c3d.8')
  await until('a waiting pull', () => control.waiting.size === 1)
  control.setReply(serve(stateOf({}, { revision: 'ffff0000.1' })))
  await until('the new epoch', () => state.revision === 'ffff0000.1')
  await until('its acknowledgement', () => control.statuses.at(-1)?.active === 'ffff0000.1')
})

test('304 confirms; where control does not let it wait, it does not ask without end', async () => {
  const { client, control, state } = await clientOf(
    (response, pull) => {
      if (pull.headers['if-none-match'] === undefined) sendState(response, stateOf(DRY_RUN))
      else response.writeHead(304).end()
    },
    { times: { poll_ms: 600_000 } },
  )
  client.start()
  await until('the confirmation', () => client.pulls.same === 1)
  expect([state.age_s < 30, control.pulls.length, client.pulls.state]).toEqual([true, 2, 1])
})

test('the same state again and again, without regard to the ETag, is taken as a poll', async () => {
  const { client, events } = await clientOf((response) => sendState(response, stateOf(DRY_RUN)))
  client.start()
  await until('three answers', () => client.pulls.state >= 3)
  expect(events).toEqual(['control 0a1b2c3d.7'])
})

describe('refused whole, told with the reason, and the old one stays', () => {
  const big = Buffer.alloc(5 * 1024 * 1024, 0x20)
  const bad = (text: string) => raw(200, text, { etag: '"0a1b2c3d.8"' })
  test.each<[string, PullReply, RegExp, string]>([
    ['not JSON', bad('<html>'), /not JSON/, '0a1b2c3d.8'],
    ['wrong version', bad(JSON.stringify({ ...NEXT, version: 'tapmesh/v9' })), /tapmesh\/v9/, '0a1b2c3d.8'],
    [
      'out of bounds',
      bad(JSON.stringify({ ...NEXT, ...stateOf({ retries: { attempts: 99 } }) })),
      /99 is not/,
      '0a1b2c3d.8',
    ],
    ['5 MB', raw(200, big, { etag: '"0a1b2c3d.8"' }), /above 4194304 bytes/, ''],
    [
      'half a body',
      (response) => {
        response.writeHead(200, { etag: '"0a1b2c3d.8"', 'content-length': '1000' })
        response.write('{"version":')
        response.socket!.end()
      },
      /broke off/,
      '',
    ],
  ])('%s', async (_name, reply, reason, revision) => {
    const { client, control, state } = await clientOf(serve(stateOf(DRY_RUN)))
    client.start()
    await until('the good state to be acknowledged', () => control.statuses.length === 1)
    await until('a waiting pull', () => control.waiting.size === 1)
    control.setReply(reply)
    await until('the refusal', () => control.statuses.length > 1)
    const nack = control.statuses[1]!
    expect(nack).toMatchObject({ revision, result: 'nack', active: '0a1b2c3d.7' })
    expect(nack.error).toMatch(reason)
    expect(state.revision).toBe('0a1b2c3d.7')
    expect(client.nacks).toBeGreaterThan(0)
    control.setReply(serve(stateOf(DRY_RUN, { revision: '0a1b2c3d.9' })))
    await until('the mended one', () => state.revision === '0a1b2c3d.9')
  })

  test('a feature that cannot be made ready; it is not asked for again', async () => {
    const { client, control, state } = await clientOf(serve(NEXT), {
      compile: (policy) => {
        if (policy.services.size > 0) throw new Error('no tree of paths')
      },
    })
    client.start()
    await until('the refusal', () => control.statuses.length === 1)
    await until('a waiting pull', () => control.waiting.size === 1)
    expect(control.statuses[0]!.error).toMatch(/no tree of paths/)
    expect([state.revision, control.pulls.length]).toEqual(['', 2])
  })
})

test('control that drips or never ends is left at the deadline', async () => {
  const { client, control, state } = await clientOf(
    (response) => {
      response.writeHead(200, { etag: '"0a1b2c3d.7"' })
      response.write('{')
    },
    { times: { wait_s: 0, deadline_ms: 30 } },
  )
  client.start()
  await until('two refusals', () => client.pulls.broken >= 2)
  expect(control.statuses[0]).toMatchObject({
    result: 'nack',
    error: expect.stringMatching(/broke off: no answer/),
  })
  expect(state.revision).toBe('')
})

test('a status that nobody takes does not stand before the next pull', async () => {
  const { client, control, state } = await clientOf(serve(stateOf(DRY_RUN)))
  control.holdStatuses = true
  client.start()
  for (const number of [8, 9, 10, 11]) {
    await until('a waiting pull', () => control.waiting.size === 1)
    control.setReply(serve(stateOf(DRY_RUN, { revision: `0a1b2c3d.${number}` })))
    await until('the next revision', () => state.revision === `0a1b2c3d.${number}`)
  }
  expect(control.statuses).toHaveLength(1)
})

test('what is not known is listed in the status', async () => {
  const { client, control } = await clientOf(serve(stateOf({ ...DRY_RUN, hedging: { mode: 'enforce' } })))
  client.start()
  await until('the status', () => control.statuses.length === 1)
  expect(control.statuses[0]).toMatchObject({ result: 'ack', ignored: ['orders.hedging'] })
})

test('a wrong token: the old state stays, said once', async () => {
  const { client, control, state, events } = await clientOf(serve(stateOf(DRY_RUN)))
  client.start()
  await until('a waiting pull', () => control.pulls.length === 2)
  control.setReply(raw(403, '{}'))
  await until('tries', () => client.pulls.forbidden >= 3)
  expect([state.revision, events]).toEqual(['0a1b2c3d.7', ['control 0a1b2c3d.7', 'forbidden 403']])
  control.setReply(serve(NEXT))
  await until('the next one', () => state.revision === '0a1b2c3d.8')
  expect(events.at(-1)).toBe('back')
})

test('control that dies while a pull waits, and comes back', async () => {
  const { client, control, state, events } = await clientOf(serve(stateOf(DRY_RUN)))
  client.start()
  await until('a waiting pull', () => control.waiting.size === 1)
  await control.close()
  await until('tries', () => client.pulls.away >= 2)
  expect(state.revision).toBe('0a1b2c3d.7')
  const again = await stubControl(serve(NEXT), control.port)
  await until('the next one', () => state.revision === '0a1b2c3d.8')
  expect(events.map((event) => event.split(' ')[0])).toEqual(['control', 'lost', 'control', 'back'])
  await client.stop()
  await again.close()
  open.length = 0
})

test('a service that was not asked about ends the wait', async () => {
  const { client, control, services } = await clientOf(serve(stateOf(DRY_RUN)))
  client.start()
  await until('a waiting pull', () => control.pulls.length === 2)
  services.push('recommendation')
  await until('the question', () => control.pulls.length >= 3)
  expect(control.pulls[2]!.services).toEqual(['orders', 'cart', 'recommendation'])
  expect(control.pulls[2]!.headers['if-none-match']).toBeUndefined()
  expect(client.pulls.away).toBe(0)
})

describe('the last good state on the disk', () => {
  test('is in force before control answers, and is not asked for again', async () => {
    const file = join(folder, 'kept.state')
    const first = await clientOf(serve(stateOf(DRY_RUN)), { settings: { file } })
    first.client.start()
    await until('the acknowledgement', () => first.control.statuses.length === 1)
    await first.client.stop()
    const collector = first.control.url
    const next = await clientOf(serve(NEXT), { settings: { file, collector } })
    await next.client.restore()
    expect([next.state.revision, next.events]).toEqual(['0a1b2c3d.7', ['disk 0a1b2c3d.7']])
    next.client.start()
    await until('a pull', () => first.control.pulls.length > 2)
    expect(first.control.pulls.at(-1)!.headers['if-none-match']).toBe('"0a1b2c3d.7"')
  })

  test('of another control, or torn, is told and left', async () => {
    const file = join(folder, 'kept.state')
    const foreign = await clientOf(serve(NEXT), { settings: { file } })
    await foreign.client.restore()
    expect([foreign.state.revision, foreign.events[0]]).toEqual([
      '',
      expect.stringMatching(/unused .*is of the collector/),
    ])
    await writeFile(file, randomBytes(3000))
    const torn = await clientOf(serve(NEXT), { settings: { file } })
    await torn.client.restore()
    expect(torn.events[0]).toMatch(/unused .*is torn/)
    torn.client.start()
    await until('the state of control', () => torn.state.revision === '0a1b2c3d.8')
  })

  test('a disk that refuses costs a line and not the state', async () => {
    const { client, state, events } = await clientOf(serve(NEXT), {
      settings: { file: '/dev/null/kept.state' },
    })
    client.start()
    await until('the complaint', () => events.some((event) => event.startsWith('not kept')))
    expect(state.revision).toBe('0a1b2c3d.8')
  })
})

test('without control nothing is in force, and the end does not wait', async () => {
  const { client, state, events } = await clientOf(serve(NEXT), {
    settings: { collector: 'http://127.0.0.1:1' },
  })
  client.start()
  await until('a try', () => client.pulls.away >= 1)
  await client.stop()
  expect([state.revision, events]).toEqual(['', ['lost ECONNREFUSED']])
})

import { assemble, conflictsIn } from '../../../tap-proxy/config/assemble.ts'

const listen = (port: number) => ({ host: '127.0.0.1', port })

describe('assemble', () => {
  test('fills in safe defaults', () => {
    const settings = assemble({ service: 'orders', inbound: [{ listen: listen(1), to: [listen(2)] }] })
    expect(settings).toMatchObject({
      service: 'orders',
      zone: '',
      version: '',
      collector: undefined,
      accessLog: undefined,
      grace_s: 10,
      admin: { host: '127.0.0.1', port: 7402, fixed: false },
      limits: { head_bytes_max: 16_384, answer_ms: 0 },
      listeners: [
        { name: 'orders', kind: 'inbound', destination: 'orders', protocol: 'http', untouched: false },
      ],
    })
    expect(settings.tap).toMatch(/^orders@./)
  })

  test('an outbound listener is named after its service, or else its host', () => {
    const { listeners } = assemble({
      service: 'a',
      outbound: [{ listen: listen(1), to: [{ host: 'b', port: 80 }] }],
      forwardProxy: [{ listen: listen(3) }],
    })
    expect(listeners.map((entry) => [entry.kind, entry.destination])).toEqual([
      ['outbound', 'b'],
      ['forward-proxy', ''],
    ])
  })
})

describe('conflictsIn', () => {
  const messages = (document: Parameters<typeof conflictsIn>[0]) =>
    conflictsIn(document).map((found) => found.message)

  test('nothing to do, nobody to do it for', () =>
    expect(messages({})).toEqual(['the service has no name', 'there is nothing to listen on']))

  test('one port twice, but any free port as often as wanted', () => {
    const inbound = [
      { listen: listen(1), to: [] },
      { listen: listen(1), to: [] },
    ]
    expect(messages({ service: 'a', inbound })).toEqual(['127.0.0.1:1 is listened on by inbound 1 already'])
    expect(
      messages({ service: 'a', inbound: inbound.map((entry) => ({ ...entry, listen: listen(0) })) }),
    ).toEqual([])
  })

  test('an open admin port only when it is asked for', () => {
    const inbound = [{ listen: listen(1), to: [] }]
    expect(messages({ service: 'a', inbound, admin: { host: '0.0.0.0' } })[0]).toMatch(/beyond this machine/)
    expect(messages({ service: 'a', inbound, admin: { host: '0.0.0.0', beyondLoopback: true } })).toEqual([])
  })
})

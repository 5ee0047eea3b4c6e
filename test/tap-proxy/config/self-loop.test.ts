import { hostname } from 'node:os'
import { parseAddress } from '../../../tap-proxy/config/address.ts'
import { selfLoops } from '../../../tap-proxy/config/self-loop.ts'

const OWN = ['127.0.0.1', '10.0.0.5', 'fe80::1']
const loops = (listen: string, to: string) =>
  selfLoops(
    { inbound: [{ listen: parseAddress(listen)!, to: [{ host: '10.9.9.9', port: 80 }, parseAddress(to)!] }] },
    OWN,
  )

test.each([
  ['18080', '127.0.0.1:18080'],
  ['127.0.0.1:8080', 'localhost:8080'],
  ['localhost:8080', '127.0.0.1:8080'],
  ['127.0.0.1:8080', '0.0.0.0:8080'],
  ['[::1]:8080', 'LOCALHOST:8080'],
  ['[::1]:8080', '[0:0:0:0:0:0:0:1]:8080'],
  ['0.0.0.0:8080', '10.0.0.5:8080'],
  ['0.0.0.0:8080', '127.0.0.9:8080'],
  ['[::]:8080', '10.0.0.5:8080'],
  ['[::]:8080', '[FE80::1]:8080'],
  ['10.0.0.5:8080', '[::ffff:10.0.0.5]:8080'],
  ['0.0.0.0:8080', `${hostname()}:8080`],
])('a listener on %s reaches itself at %s', (listen, to) => {
  expect(loops(listen, to)).toEqual([
    expect.objectContaining({ path: ['inbound', 0, 'to'], message: expect.stringContaining('inbound 1') }),
  ])
})

test.each([
  ['8080', '127.0.0.1:3000'],
  ['10.0.0.5:8080', '127.0.0.1:8080'],
  ['127.0.0.1:8080', '10.0.0.5:8080'],
  ['0.0.0.0:8080', '10.0.0.6:8080'],
  ['0', '127.0.0.1:8080'],
])('a listener on %s does not reach itself at %s', (listen, to) => {
  expect(loops(listen, to)).toEqual([])
})

test('the listener that is met may be another one of the same tap', () => {
  const at = (text: string) => parseAddress(text)!
  const document = {
    inbound: [{ listen: at('8080'), to: [at('9001')] }],
    outbound: [{ listen: at('9001'), to: [at('10.0.0.7:80')] }],
    forwardProxy: [{ listen: at('9002') }],
  }
  expect(selfLoops(document, OWN)).toEqual([
    expect.objectContaining({ message: expect.stringContaining('outbound 1') }),
  ])
  const looped = { ...document, inbound: [], outbound: [{ listen: at('9001'), to: [at('9002')] }] }
  expect(selfLoops(looped, OWN)).toHaveLength(1)
})

import { listenFault } from '../../net/listen-fault.ts'

test.each([
  ['EADDRINUSE', 'TAPMESH_PORT_IN_USE'],
  ['EACCES', 'TAPMESH_PORT_FORBIDDEN'],
  ['EADDRNOTAVAIL', 'TAPMESH_ADDRESS_INVALID'],
  ['EMFILE', 'TAPMESH_INTERNAL'],
])('%s -> %s', (code, wanted) => {
  const fault = listenFault(Object.assign(new Error(), { code }), { host: '::', port: 80 }, 'inbound orders')
  expect(fault).toMatchObject({
    code: wanted,
    message: expect.stringContaining('inbound orders listener on [::]:80'),
  })
})

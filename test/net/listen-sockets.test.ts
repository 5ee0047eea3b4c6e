import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { CONNECTIONS_MAX, descriptorBound, ListenSockets } from '../../net/listen-sockets.ts'
import { createPipeServer } from '../../net/transport.ts'
import { until } from '../tap-proxy/relay/rig.ts'

const any = { host: '127.0.0.1', port: 0 }
const open: (Server | Socket)[] = []
afterEach(() => {
  for (const each of open.splice(0)) 'destroy' in each ? each.destroy() : each.close()
})

function serverOf(answer: string): Server {
  const server = createServer((socket) => socket.end(answer))
  open.push(server)
  return server
}

async function answerOf(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  open.push(socket)
  let text = ''
  socket.on('data', (part) => {
    text += part
  })
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}

test('a socket that was bound before is listened on by whoever asks for its address', async () => {
  const bound = await new ListenSockets().bind(any, 'orders')
  expect(bound).toMatchObject({ asked: '127.0.0.1:0', name: 'orders' })
  const sockets = new ListenSockets([bound, { ...bound, asked: '127.0.0.1:1', name: 'cart' }])
  const { port } = await sockets.listen(serverOf('hello'), any, 'other')
  expect(await answerOf(port)).toBe('hello')
  expect(sockets.unused.map(({ name }) => name)).toEqual(['cart'])
  expect(sockets.open).toEqual([{ asked: '127.0.0.1:0', name: 'other', fd: expect.any(Number) }])
})

test('a socket for any address goes to the listener of its name', async () => {
  const bound = await new ListenSockets().bind(any, '')
  const sockets = new ListenSockets([{ ...bound, asked: '127.0.0.1:2', name: 'orders', anyAddress: true }])
  const other = await sockets.listen(serverOf('other'), any, 'cart')
  const { port } = await sockets.listen(serverOf('second'), { host: '127.0.0.1', port: 1 }, 'orders')
  expect([1, other.port]).not.toContain(port)
  expect(await answerOf(port)).toBe('second')
})

test('a taken port is refused when it is bound, with the code of the system', async () => {
  const { port } = await new ListenSockets().listen(serverOf(''), any, '')
  await expect(new ListenSockets().bind({ host: '127.0.0.1', port }, '')).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
})

test('what is closed is handed on no more', async () => {
  const sockets = new ListenSockets()
  const server = serverOf('')
  await sockets.listen(server, any, '')
  server.close()
  await once(server, 'close')
  expect(sockets.open).toEqual([])
})

test.each(['handle', 'socket'] as const)(
  'a connection that the acceptor refuses is counted (%s)',
  async (transport) => {
    const told: string[] = []
    const sockets = new ListenSockets([], { acceptFailed: (code) => told.push(code) })
    const server = createPipeServer(transport, { accept: () => undefined })
    open.push(server)
    const { port } = await sockets.listen(server, any, '')
    await answerOf(port)
    await until(() => sockets.failures.get(CONNECTIONS_MAX) === 1, 'the refusal')
    expect(told).toEqual([CONNECTIONS_MAX])
  },
)

test('of the descriptors some are kept, few or many', () => {
  expect([64, 1024, 1_048_576, Number.POSITIVE_INFINITY].map(descriptorBound)).toEqual([
    48,
    896,
    1_048_320,
    Number.POSITIVE_INFINITY,
  ])
})

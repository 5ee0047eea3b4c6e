import { readdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { type Pipe, type PipeOwner, type ReadArea, smallArea, WRITE } from '../../net/pipe.ts'
import { connectPipe, createPipeServer, type Transport } from '../../net/transport.ts'
import { connectRaw, until } from '../tap-proxy/relay/rig.ts'

/** An owner that notes what it is told. */
class Owner implements PipeOwner {
  pipe: Pipe | undefined
  text = ''
  ends = 0
  drains = 0
  broken = ''
  fault: unknown
  onData(area: ReadArea, length: number): undefined {
    this.text += area.bytes.toString('latin1', area.room, area.room + length)
    if (this.text.includes('throw')) throw new Error('a fault of the program')
  }
  onEnd(): void {
    this.ends++
  }
  onBroken(code: string): void {
    this.broken = code
  }
  onDrain(): void {
    this.drains++
  }
  onWriteFailed(): boolean {
    return false
  }
  onFault(error: unknown): void {
    this.fault = error
  }
}

describe.each<Transport>(['handle', 'socket'])('over %s', (transport) => {
  const owners: Owner[] = []
  const server = createPipeServer(transport, {
    accept() {
      const owner = new Owner()
      owners.push(owner)
      return {
        owner,
        begin: (pipe) => {
          owner.pipe = pipe
          pipe.start()
        },
      }
    },
  })
  let port = 0

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.close()
    for (const { pipe } of owners) pipe?.close()
  })

  test('a connection that ends and is reset at once is closed', async () => {
    const { client, owner } = await pair()
    owner.pipe!.end()
    owner.pipe!.reset()
    await until(() => client.ended || client.closed, 'the end')
    // A client that has read the end hears of the reset when it writes.
    await until(() => {
      client.socket.write('more')
      return client.closed
    }, 'the reset')
    expect(owner.text).toBe('.')
  })

  async function pair() {
    const client = await connectRaw(port)
    const index = owners.length
    client.socket.write('.')
    await until(() => owners.at(-1)?.text === '.', 'the connection')
    expect(owners.length).toBeGreaterThanOrEqual(index)
    return { client, owner: owners.at(-1)!, pipe: owners.at(-1)!.pipe! }
  }

  test('bytes, addresses, half-close', async () => {
    const { client, owner, pipe } = await pair()
    expect(pipe.remoteAddress()).toBe('127.0.0.1')
    expect(pipe.write(Buffer.from('hello'))).toBe(WRITE.done)
    client.socket.end('bye')
    await until(() => owner.ends === 1, 'the end')
    expect(owner.text).toBe('.bye')
    pipe.end()
    await until(() => client.ended, 'the other end')
    expect(client.text()).toBe('hello')
    pipe.close()
    expect(pipe.write(Buffer.from('late'))).toBe(WRITE.failed)
  })

  test('pause keeps bytes in the kernel, resume brings them', async () => {
    const { client, owner, pipe } = await pair()
    pipe.pause()
    client.socket.write('later')
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(owner.text).toBe('.')
    pipe.resume()
    await until(() => owner.text === '.later', 'the bytes')
    client.socket.destroy()
  })

  test('a peer that does not read makes writes pending; a drain tells when they are done', async () => {
    const { client, owner, pipe } = await pair()
    client.socket.pause()
    const chunk = Buffer.alloc(1024 * 1024)
    let chunks = 1
    while (pipe.write(chunk) === WRITE.done) chunks++
    expect(pipe.pendingWrites).toBe(1)
    client.socket.resume()
    await until(() => owner.drains === 1, 'the drain')
    expect(pipe.pendingWrites).toBe(0)
    await until(() => client.received.length === chunks * chunk.length, 'all of it')
    client.socket.destroy()
  })

  test('a reset is seen by the peer, and a peer’s reset here', async () => {
    const one = await pair()
    one.pipe.reset()
    await until(() => one.client.closed, 'the reset')
    expect(one.client.error).toBe('ECONNRESET')
    const two = await pair()
    two.client.socket.resetAndDestroy()
    await until(() => two.owner.broken !== '', 'the reset')
    expect(two.owner.broken).toBe('ECONNRESET')
  })

  const descriptors = () => readdirSync('/proc/self/fd').length

  test.each([
    ['the FIN is under way', 0],
    ['bytes wait before the FIN', 16],
  ])('a reset while %s leaves no descriptor', async (_when, waiting_mib) => {
    const before = descriptors()
    const { client, pipe } = await pair()
    client.socket.pause()
    for (let sent = 0; sent < waiting_mib; sent++) pipe.write(Buffer.alloc(1024 * 1024))
    expect(pipe.pendingWrites > 0).toBe(waiting_mib > 0)
    pipe.end()
    pipe.reset()
    client.socket.resume()
    await until(() => client.closed || client.ended, 'the end of the connection')
    client.socket.destroy()
    await until(() => descriptors() <= before, 'both descriptors')
  })

  test('what waits is sent before the FIN', async () => {
    const { client, pipe } = await pair()
    client.socket.pause()
    const chunk = Buffer.alloc(1024 * 1024)
    for (let sent = 0; sent < 5; sent++) pipe.write(chunk)
    pipe.end()
    client.socket.resume()
    await until(() => client.ended, 'the FIN')
    expect(client.received.length).toBe(5 * chunk.length)
    client.socket.destroy()
  })

  test('an error in a callback goes to the owner, not to the process', async () => {
    const { client, owner } = await pair()
    client.socket.write('throw')
    await until(() => owner.fault !== undefined, 'the fault')
    client.socket.destroy()
  })

  test('connecting: to a server, to a closed port', async () => {
    const other = createServer((socket) => socket.end('hi'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port: open } = other.address() as AddressInfo
    const owner = new Owner()
    let pipe: Pipe | undefined
    connectPipe(transport, '127.0.0.1', open, owner, smallArea(), (made) => {
      pipe = made
    })
    await until(() => owner.ends === 1, 'the greeting and its end')
    expect(owner.text).toBe('hi')
    pipe!.close()
    other.close()
    let code = ''
    connectPipe(transport, '127.0.0.1', open, new Owner(), smallArea(), (_made, error) => {
      code = error
    })
    await until(() => code !== '', 'the refusal')
    expect(code).toBe('ECONNREFUSED')
  })
})

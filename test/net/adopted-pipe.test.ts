import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { adoptSocket } from '../../net/adopted-pipe.ts'
import type { Pipe, ReadArea } from '../../net/pipe.ts'
import { until } from '../tap-proxy/relay/rig.ts'

/** A socket that was looked into goes over to the relay's own pipe without losing a byte or its end. */

interface Adopted {
  pipe: Pipe
  seen: string
  ended: boolean
  broken: string
}

let close = (): void => {}
afterEach(() => close())

/** @param look bytes that are read and put back before the pipe takes over */
async function adopting(look: number): Promise<{ client: Socket; adopted: () => Adopted | undefined }> {
  let adopted: Adopted | undefined
  const take = (socket: Socket): void => {
    const state: Adopted = { pipe: undefined as never, seen: '', ended: false, broken: '' }
    state.pipe = adoptSocket(
      socket,
      {
        onWriteFailed: () => false,
        onData(area: ReadArea, length: number) {
          state.seen += area.bytes.toString('latin1', area.room, area.room + length)
          return undefined
        },
        onEnd() {
          state.ended = true
        },
        onBroken(code) {
          state.broken = code
        },
        onDrain() {},
        onFault(error) {
          throw error
        },
      },
      () => socket.resetAndDestroy(),
    )
    state.pipe.start()
    adopted = state
  }
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let bytes = Buffer.alloc(0)
    const read = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length < look) return
      socket.off('data', read)
      socket.pause()
      socket.unshift(bytes)
      take(socket)
    }
    socket.on('data', read)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => {})
  close = () => {
    client.destroy()
    adopted?.pipe.close()
    server.close()
  }
  return { client, adopted: () => adopted }
}

test('what was looked at comes first, then the rest, then the end', async () => {
  const { client, adopted } = await adopting(3)
  client.write('one')
  await until(() => adopted()?.seen === 'one', 'the first bytes')
  client.write('two')
  await until(() => adopted()?.seen === 'onetwo', 'the rest')
  client.end('three')
  await until(() => adopted()?.ended === true, 'the end')
  expect(adopted()?.seen).toBe('onetwothree')
})

test('an end that came with the first bytes is told once they are given', async () => {
  const { client, adopted } = await adopting(1)
  client.end('all')
  await until(() => adopted()?.ended === true, 'the end')
  expect(adopted()?.seen).toBe('all')
})

test('it writes, pauses and resumes as any pipe', async () => {
  const { client, adopted } = await adopting(1)
  let text = ''
  client.on('data', (chunk) => {
    text += chunk.toString()
  })
  client.write('a')
  await until(() => adopted()?.seen === 'a')
  const { pipe } = adopted()!
  pipe.write(Buffer.from('answer'))
  await until(() => text === 'answer')
  pipe.pause()
  client.write('b')
  pipe.write(Buffer.from('!'))
  await until(() => text === 'answer!', 'a turn of both sides')
  expect(adopted()?.seen).toBe('a')
  pipe.resume()
  await until(() => adopted()?.seen === 'ab')
  expect(pipe.remoteAddress()).toBe('127.0.0.1')
})

test('a reset is told as one, and given as one', async () => {
  const { client, adopted } = await adopting(1)
  client.write('a')
  await until(() => adopted()?.seen === 'a')
  client.resetAndDestroy()
  await until(() => adopted()?.broken !== '')
  expect(adopted()?.broken).toBe('ECONNRESET')
  expect(adopted()?.pipe.write(Buffer.from('x'))).toBe(-1)
})

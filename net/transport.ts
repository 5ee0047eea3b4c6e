import { createServer, type Server } from 'node:net'
import { acceptedPipe, connectHandle, handlesWork, takeConnections } from './handle-pipe.ts'
import { type Pipe, type PipeOwner, type ReadArea, SHARED_AREA } from './pipe.ts'
import type { SecureDoor } from './secure.ts'
import { connectSocket, SocketPipe } from './socket-pipe.ts'

/** `handle` is the fast way, `socket` the one that rests on public interfaces only. */
export type Transport = 'handle' | 'socket'

/** What this Node can do; `wanted` is for tests and for people who want nothing but public interfaces. */
export function chooseTransport(wanted?: Transport): Transport {
  return wanted === 'socket' || !handlesWork() ? 'socket' : 'handle'
}

/** Takes accepted connections. */
export interface Acceptor {
  /** @returns the owner, and how to hand it its pipe, which it starts; undefined to refuse the connection */
  accept(): { owner: PipeOwner; begin: (pipe: Pipe) => void } | undefined
}

/**
 * A server whose connections go to `acceptor`, or first to `door`, which finds out what they are; listening
 * is left to the caller (listen-sockets.ts). It emits `drop` for a connection that the acceptor refused.
 */
export function createPipeServer(transport: Transport, acceptor: Acceptor, door?: SecureDoor): Server {
  if (door) return createServer({ allowHalfOpen: true }, (socket) => door.take(socket))
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: transport === 'handle' }, (socket) => {
    const taken = acceptor.accept()
    if (taken) taken.begin(new SocketPipe(socket, taken.owner))
    else {
      socket.resetAndDestroy()
      server.emit('drop')
    }
  })
  if (transport === 'handle') {
    server.on('listening', () => {
      takeConnections(server, (handle) => {
        const taken = acceptor.accept()
        if (!taken) {
          ;(handle as { close(): void }).close()
          server.emit('drop')
          return
        }
        const pipe = acceptedPipe(handle, taken.owner, SHARED_AREA)
        taken.begin(pipe)
      })
    })
  }
  return server
}

/** Connects to an IP address. */
export function connectPipe(
  transport: Transport,
  host: string,
  port: number,
  owner: PipeOwner,
  area: ReadArea,
  connected: (pipe: Pipe | undefined, code: string) => void,
): Pipe {
  return transport === 'handle'
    ? connectHandle(host, port, owner, area, connected)
    : connectSocket(host, port, owner, connected)
}

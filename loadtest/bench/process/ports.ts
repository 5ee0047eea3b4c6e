import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { TapmeshError } from '../../../model/error.ts'

/** A port nobody listens on now, for programs that cannot be given port 0. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

const POLL_MS = 20
const DEADLINE_MS = 10_000

/** Waits until a connection to the port succeeds. @throws TapmeshError after ten seconds */
export async function accepting(port: number): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS
  while (Date.now() < deadline) {
    if (await connects(port)) return
    await pause(POLL_MS)
  }
  throw new TapmeshError(
    'TAPMESH_PEER_UNAVAILABLE',
    `nothing accepts on port ${port}`,
    'Start the program by hand and read its messages.',
  )
}

/** Whether one connection to the port succeeds now. */
export function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

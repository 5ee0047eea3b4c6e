import { createServer, type RequestListener, type Server } from 'node:http'
import { codeOf, TapmeshError } from '../../model/error.ts'

/** The collector's own listener: opening it, naming what is wrong with an address, closing it in time. */
function listenFault(cause: unknown, host: string, port: number): TapmeshError {
  const code = codeOf(cause)
  const where = `${host}:${port}`
  if (code === 'EADDRINUSE') {
    return new TapmeshError(
      'TAPMESH_PORT_IN_USE',
      `another program listens on ${where} already`,
      'Stop it, or give the collector another port.',
      { cause },
    )
  }
  if (code === 'EACCES') {
    return new TapmeshError(
      'TAPMESH_PORT_FORBIDDEN',
      `this user may not listen on ${where}`,
      'Take a port above 1023.',
      { cause },
    )
  }
  return new TapmeshError(
    'TAPMESH_ADDRESS_INVALID',
    `the collector cannot listen on ${where} (${code})`,
    'Take an address of this machine, 127.0.0.1 in doubt.',
    { cause },
  )
}

/** A tap names the services that it asks for in the address: 200 names of 128 characters. */
const HEAD_BYTES_MAX = 65_536

export interface Listening {
  server: Server
  host: string
  port: number
  url: string
}

/** @throws TapmeshError TAPMESH_PORT_IN_USE, TAPMESH_PORT_FORBIDDEN, TAPMESH_ADDRESS_INVALID */
export async function listenOn(handler: RequestListener, port: number, host: string): Promise<Listening> {
  const server = createServer({ maxHeaderSize: HEAD_BYTES_MAX }, handler)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (cause) {
    throw listenFault(cause, host, port)
  }
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return { server, host, port: bound, url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` }
}

/** Ends a listener; requests that are being read get two seconds. */
export async function closeServer(server: Server | undefined): Promise<void> {
  if (!server?.listening) return
  const done = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  // Batches that are being read get a moment; their taps send them again otherwise.
  const deadline = setTimeout(() => server.closeAllConnections(), 2000)
  await done
  clearTimeout(deadline)
}

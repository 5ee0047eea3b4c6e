/**
 * Opens connections, makes one call on each, and keeps them open without a further byte. Prints
 * `idle <count>` once all have been answered, and lives until it is ended.
 * Arguments: port, connections.
 */
import { connect, type Socket } from 'node:net'

const [port, connections] = process.argv.slice(2, 4).map(Number) as [number, number]
const REQUEST = 'GET / HTTP/1.1\r\nHost: bench.local\r\n\r\n'
/** Opened at a time, so that the backlog of no proxy overflows. */
const OPENING_MAX = 64

const open: Socket[] = []
let answered = 0

function openNext(): void {
  if (open.length >= connections) return
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(REQUEST))
  open.push(socket)
  socket.once('data', () => {
    socket.resume()
    answered++
    if (answered === connections) console.log(`idle ${connections}`)
    openNext()
  })
  socket.on('error', (error) => {
    console.error(`connection ${open.length}: ${error.message}`)
    process.exit(1)
  })
  socket.on('close', () => {
    console.error('the proxy closed an idle connection')
    process.exit(1)
  })
}

for (let index = 0; index < Math.min(OPENING_MAX, connections); index++) openNext()

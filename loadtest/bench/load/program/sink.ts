/**
 * A backend that reads every request to the end of its body, by Content-Length, and only then
 * answers: what an upload meets. It trusts the proxies to send well-formed requests.
 */
import { createServer, type Socket } from 'node:net'

const ANSWER = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n${'x'.repeat(200)}`)

function serve(socket: Socket): void {
  let head = ''
  /** Bytes of the body still to come; below 0 while the head is read. */
  let rest = -1
  socket.on('data', (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (rest < 0) {
        head += chunk.toString('latin1', at)
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        rest = Number(/^content-length: *([0-9]+)/im.exec(head)?.[1] ?? 0)
        at = chunk.length - (head.length - end - 4)
        head = ''
      }
      const taken = Math.min(rest, chunk.length - at)
      rest -= taken
      at += taken
      if (rest > 0) return
      rest = -1
      socket.write(ANSWER)
    }
  })
  socket.on('error', () => socket.destroy())
}

const server = createServer({ noDelay: true }, serve)
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address()
  if (typeof address === 'object' && address) console.log(`listening sink http://127.0.0.1:${address.port}`)
})

/** Joins each accepted connection to one of its own to the backend and copies bytes, nothing else. */
import { connect, createServer, type Socket } from 'node:net'

const backendPort = Number(process.argv[2])

function copy(from: Socket, to: Socket): void {
  from.on('data', (chunk) => {
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => to.end())
  from.on('error', () => to.destroy())
  from.on('close', () => to.destroySoon())
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = connect({ port: backendPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  copy(client, upstream)
  copy(upstream, client)
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address()
  if (typeof address === 'object' && address) {
    console.log(`listening splice http://127.0.0.1:${address.port}`)
  }
})

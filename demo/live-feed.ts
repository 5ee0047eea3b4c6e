import { createHash } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** A WebSocket of the shop (RFC 6455), just enough of it: the server sends a few texts and says goodbye. */

const FRAMES = 6
const FRAME_PAUSE_MS = 400
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** One unmasked text frame, as servers send them; the text is shorter than 126 bytes. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, payload.length]), payload])
}

/** Answers an upgrade request of the path /live. */
export async function serveLiveFeed(asked: IncomingMessage, socket: Duplex): Promise<void> {
  socket.on('error', () => undefined)
  const accept = createHash('sha1').update(`${asked.headers['sec-websocket-key']}${GUID}`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  for (let at = 0; at < FRAMES && !socket.destroyed; at++) {
    socket.write(textFrame(JSON.stringify({ visitors: 40 + at })))
    await delay(FRAME_PAUSE_MS)
  }
  socket.end(Buffer.from([0x88, 0x00]))
}

/** Opens the feed and reads it to its end. */
export function readLiveFeed(url: string, localAddress: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(url, {
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
      ...(localAddress ? { localAddress } : {}),
    })
    sent.once('error', () => resolve())
    sent.once('response', (response) => response.resume().once('close', resolve))
    sent.once('upgrade', (_response, socket) => {
      socket.resume()
      socket.once('end', () => socket.end())
      socket.once('error', () => undefined)
      socket.once('close', () => resolve())
    })
    sent.end()
  })
}

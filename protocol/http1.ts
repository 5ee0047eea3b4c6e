import { Http1Decoder } from './http1/decoder.ts'
import type { Protocol } from './protocol.ts'

/** HTTP/1.0 and HTTP/1.1, with the tunnels that begin in them. */
export const http1: Protocol = {
  name: 'http',
  open: (context) => new Http1Decoder(context),
}

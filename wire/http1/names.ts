import { word } from '../byte-class.ts'

/** Names of the fields a relay must understand, in lower case. */
export const NAMES = {
  te: word('te'),
  host: word('host'),
  expect: word('expect'),
  upgrade: word('upgrade'),
  connection: word('connection'),
  keepAlive: word('keep-alive'),
  tracestate: word('tracestate'),
  traceparent: word('traceparent'),
  contentLength: word('content-length'),
  http2Settings: word('http2-settings'),
  proxyConnection: word('proxy-connection'),
  transferEncoding: word('transfer-encoding'),
}

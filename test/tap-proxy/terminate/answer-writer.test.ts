import { editAnswer } from '../../../tap-proxy/terminate/answer-writer.ts'
import { parseResponse, ResponseHead } from '../../../wire/http1/response.ts'

function edited(text: string, close = false, unchunk = false): string {
  const room = 128
  const bytes = Buffer.concat([Buffer.alloc(room, '#'), Buffer.from(`${text}BODY`)])
  const head = new ResponseHead()
  const stop = parseResponse(
    bytes,
    room,
    bytes.length,
    head,
    { head_bytes_max: 9999, head_fields_max: 99 },
    false,
  )
  expect(stop).toBe(room + text.length)
  return bytes.toString('latin1', editAnswer(bytes, head, { close, unchunk }))
}

test('nothing to change: nothing moves', () => {
  const text = 'HTTP/1.1 200 OK\r\nA: 1\r\n\r\n'
  expect(edited(text)).toBe(`${text}BODY`)
})

test('first, middle and last fields go; the rest keeps its order, and the body its place', () => {
  expect(
    edited(
      'HTTP/1.1 200 OK\r\nKeep-Alive: 1\r\nA: 1\r\nConnection: x\r\nB: 2\r\nX: 3\r\nUpgrade: h2c\r\n\r\n',
    ),
  ).toBe('HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\nBODY')
  expect(edited('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n')).toBe('HTTP/1.1 200 OK\r\n\r\nBODY')
})

test('Connection: close uses the room in front, or what another field leaves', () => {
  expect(edited('HTTP/1.1 200 OK\r\nA: 1\r\n\r\n', true)).toBe(
    'HTTP/1.1 200 OK\r\nConnection: close\r\nA: 1\r\n\r\nBODY',
  )
  expect(edited('HTTP/1.1 200 OK\r\nA: 1\r\nConnection: keep-alive\r\n\r\n', true)).toBe(
    'HTTP/1.1 200 OK\r\nConnection: close\r\nA: 1\r\n\r\nBODY',
  )
})

test('odd framing is written plainly, the version is the relay’s, chunks can be taken off', () => {
  expect(edited('HTTP/1.0 200 OK\r\nContent-Length:\t004\r\n\r\n')).toBe(
    'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nBODY',
  )
  expect(edited('HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n')).toBe(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nBODY',
  )
  expect(edited('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: 1\r\n\r\n', true, true)).toBe(
    'HTTP/1.1 200 OK\r\nConnection: close\r\nA: 1\r\n\r\nBODY',
  )
})

import { RequestBody } from '../../../tap-proxy/terminate/request-body.ts'
import { parseRequest, RequestHead } from '../../../wire/http1/request.ts'

function begin(fields: string): RequestBody {
  const head = new RequestHead()
  const bytes = Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`)
  expect(parseRequest(bytes, 0, bytes.length, head, { head_bytes_max: 9999, head_fields_max: 9 })).toBe(
    bytes.length,
  )
  const body = new RequestBody()
  body.begin(head, false)
  return body
}

test('a length counts down over reads and leaves what follows', () => {
  const body = begin('Content-Length: 5\r\n')
  expect(body.read(Buffer.from('abc'), 0, 3)).toBe(3)
  expect(body.done).toBe(false)
  expect(body.read(Buffer.from('deGET'), 0, 5)).toBe(2)
  expect([body.done, body.keptEnd, body.trailer.length]).toEqual([true, 2, 0])
})

test('chunks end where the coding says, with their trailer', () => {
  const body = begin('Transfer-Encoding: chunked\r\n')
  const bytes = Buffer.from('1\r\na\r\n0\r\nX: y\r\n\r\nGET')
  expect(body.read(bytes, 0, bytes.length)).toBe(bytes.length - 3)
  expect(Buffer.from(body.trailer).toString()).toBe('X: y\r\n\r\n')
})

test('no body is done from the start; a cleared one too', () => {
  expect(begin('').done).toBe(true)
  const body = begin('Content-Length: 5\r\n')
  body.clear()
  expect([body.done, body.left]).toEqual([true, 0])
})

import { BodyWatch } from '../../../wire/http1/body-watch.ts'
import { FAULT } from '../../../wire/http1/fault.ts'
import { BODY } from '../../../wire/http1/request.ts'

function watch(kind: number, length: number, text: string, pieces: number) {
  const body = new BodyWatch()
  body.begin(kind, length)
  const bytes = Buffer.from(text)
  const before = bytes.toString()
  let at = 0
  while (at < bytes.length && !body.done && body.fault === FAULT.none) {
    at = body.read(bytes, at, Math.min(bytes.length, at + pieces))
  }
  expect(bytes.toString()).toBe(before)
  return { body, rest: bytes.toString('latin1', at) }
}

test.each([1, 3, 100])('in pieces of %i bytes a body ends where its framing says, unchanged', (pieces) => {
  expect(watch(BODY.length, 5, 'helloNEXT', pieces).rest).toBe('NEXT')
  const chunked = '3;a="b"\r\nabc\r\n0\r\nExpires: x\r\n\r\nNEXT'
  expect(watch(BODY.chunked, 0, chunked, pieces)).toMatchObject({ rest: 'NEXT', body: { done: true } })
  expect(watch(BODY.close, 0, 'all of it', pieces)).toMatchObject({
    rest: '',
    body: { untilClose: true, done: false },
  })
})

test('a body of nothing is done before it begins', () => {
  expect(watch(BODY.none, 0, 'NEXT', 9)).toMatchObject({ rest: 'NEXT', body: { done: true } })
})

test('a chunk that breaks a rule is where the watch ends', () => {
  expect(watch(BODY.chunked, 0, '1\r\naXX', 9).body.fault).toBe(FAULT.chunk_end)
})

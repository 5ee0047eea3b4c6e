import { CONTINUE, localAnswer } from '../../../tap-proxy/terminate/local-answer.ts'
import { FAULTS } from '../../../wire/http1/fault.ts'

test('short, framed, honest, and the same bytes again', () => {
  const answer = localAnswer(503, 'UH', true, false)
  const text = answer.toString()
  expect(text).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/)
  expect(text).toContain('\r\nx-tapmesh-flags: UH\r\nConnection: close\r\n\r\ntapmesh: 503')
  const [head, body] = text.split('\r\n\r\n')
  expect(head).toContain(`\r\nContent-Length: ${body!.length}`)
  expect(localAnswer(503, 'UH', true, false)).toBe(answer)
})

test('HEAD gets no body, a connection that stays is not told to close, 405 says what is allowed', () => {
  expect(localAnswer(502, 'UC', false, true).toString()).toMatch(/UC\r\n\r\n$/)
  expect(localAnswer(405, 'IH', true, false).toString()).toContain('\r\nAllow: GET')
  expect(CONTINUE.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
})

test('every status a fault leads to has its reason', () => {
  for (const { status } of FAULTS.slice(1))
    expect(localAnswer(status, '', true, false).toString()).not.toContain('Error\r\n')
})

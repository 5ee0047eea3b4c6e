import { createEventReader } from '../../../cli/client/events.ts'

const STREAM = ': hello\nevent: calls\ndata: {"a":\ndata: 1}\nid: 7\n\ndata:bare\r\n\r\nevent: none\n\n'

test('events come out the same however the stream is cut', () => {
  const whole = createEventReader()(STREAM)
  expect(whole).toEqual([
    { name: 'calls', data: '{"a":\n1}' },
    { name: 'message', data: 'bare' },
  ])
  for (let cut = 1; cut < STREAM.length; cut++) {
    const reader = createEventReader()
    expect([...reader(STREAM.slice(0, cut)), ...reader(STREAM.slice(cut))]).toEqual(whole)
  }
})

test('an event without end is refused at a limit', () => {
  const reader = createEventReader()
  expect(() => {
    for (let chunk = 0; chunk < 20; chunk++) reader('x'.repeat(1_000_000))
  }).toThrow(expect.objectContaining({ code: 'TAPMESH_PEER_UNAVAILABLE' }))
})

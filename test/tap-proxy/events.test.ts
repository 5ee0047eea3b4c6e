import { TapmeshError } from '../../model/error.ts'
import { createEvents } from '../../tap-proxy/events.ts'
import { LineWriter } from '../../tap-proxy/sink/line-writer.ts'

function eventsInto(lines: string[], now: () => number) {
  const writer = new LineWriter(2)
  jest.spyOn(writer, 'write').mockImplementation((line) => {
    lines.push(line)
  })
  return createEvents(writer, now)
}

test('a flood of one kind is one line, and the next one says how many were held back', () => {
  const lines: string[] = []
  let clock = 0
  const events = eventsInto(lines, () => clock)
  for (let count = 0; count < 100; count++) events.batchRejected(400, 'no (TAPMESH_BATCH_MALFORMED)', 5)
  clock = 20_000
  events.batchRejected(400, 'no (TAPMESH_BATCH_MALFORMED)', 5)
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(/TAPMESH_BATCH_MALFORMED/)
  expect(lines[1]).toMatch(/and 99 more/)
})

test('what comes from outside cannot forge a line', () => {
  const lines: string[] = []
  const events = eventsInto(lines, () => 0)
  events.collectorLost('boom\u001b[31m', 'TAPMESH_PEER_UNAVAILABLE')
  events.batchRejected(400, 'a\r\n2026 info forged', 1)
  expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/)
  expect(lines[0]).toContain('\\x1b[31m')
})

test('a refused configuration tells every mistake with its code', () => {
  const lines: string[] = []
  eventsInto(lines, () => 0).configRefused([
    new TapmeshError('TAPMESH_CONFIG_INVALID', 'grace: bad', 'Mend it.', {
      place: { file: 'tap.yaml', line: 3 },
    }),
  ])
  expect(lines.join('\n')).toMatch(/old one stays[\s\S]*tap.yaml:3: grace: bad \(TAPMESH_CONFIG_INVALID\)/)
})

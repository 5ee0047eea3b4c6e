import { createCallLines } from '../../../cli/print/call-line.ts'
import { createStyle } from '../../../cli/terminal/style.ts'
import { stubCall } from '../../support/api-stub.ts'

const plainStyle = createStyle(false)

test('columns keep their places, and one that grew stays so', () => {
  const line = createCallLines(plainStyle, () => 200)
  const place = (text: string) => text.indexOf('GET')
  const before = place(line(stubCall()))
  const grown = place(line(stubCall({ source: 'a-service-with-a-rather-long-name' })))
  expect(grown).toBeGreaterThan(before)
  expect(place(line(stubCall()))).toBe(grown)
})

test('a line fits the terminal; control bytes from outside are made visible', () => {
  const line = createCallLines(plainStyle, () => 110)
  const text = line(stubCall({ path: `/${'x'.repeat(500)}`, source: 'n'.repeat(300) }))
  expect(text).toHaveLength(110)
  expect(line(stubCall({ path: '/x\u001b[2J' }))).not.toContain('\u001b')
})

test('what failed and what was slow stands out', () => {
  const line = createCallLines(createStyle(true), () => 200)
  expect(line(stubCall({ outcome: 'timeout', status: '' }))).toMatch(/\u001b\[31mtimeout/)
  expect(line(stubCall({ outcome: 'ok', duration_us: 2_000_000 }))).toMatch(/\u001b\[33m +2\.0 s/)
})

import { createStyle, wantsColour } from '../../../cli/terminal/style.ts'

const terminal = { isTTY: true }

test('colour is for terminals, and NO_COLOR goes before all', () => {
  expect(wantsColour(terminal, {})).toBe(true)
  expect(wantsColour({}, {})).toBe(false)
  expect(wantsColour(terminal, { TERM: 'dumb' })).toBe(false)
  expect(wantsColour(terminal, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false)
  expect(wantsColour({}, { FORCE_COLOR: '1' })).toBe(true)
  expect(wantsColour(terminal, { FORCE_COLOR: '0' })).toBe(false)
  // An empty value does not count (https://no-color.org).
  expect(wantsColour(terminal, { NO_COLOR: '' })).toBe(true)
})

test('without colour not one byte is added', () => {
  expect(createStyle(false).red('x')).toBe('x')
  expect(createStyle(true).red('x')).toBe('\x1b[31mx\x1b[39m')
})

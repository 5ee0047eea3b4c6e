import { figure, table } from '../../../loadtest/bench/table.ts'

test('a table has its head, its rule and its rows; a bar inside a cell does not end it', () => {
  expect(table(['a', 'b'], [['1', 'x|y']])).toBe('| a | b |\n|---|---|\n| 1 | x\\|y |')
})

test.each([
  [12_345.678, '12,346'],
  [123.4, '123'],
  [12.345, '12.3'],
  [1.2345, '1.23'],
  [0.012_345, '0.012'],
  [Number.NaN, '-'],
])('%d reads %s', (value, text) => {
  expect(figure(value)).toBe(text)
})

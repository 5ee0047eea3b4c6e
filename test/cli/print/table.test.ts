import { plain, shorten, table } from '../../../cli/print/table.ts'

const columns = [
  { title: 'name', flexible: true },
  { title: 'calls', align: 'right' as const },
]

test('columns align and lines have no trailing blanks', () => {
  expect(
    table(
      columns,
      [
        ['web', '5'],
        ['recommendation', '1,200'],
      ],
      80,
    ),
  ).toEqual(['name            calls', 'web                 5', 'recommendation  1,200'])
})

test('a line never gets wider than the terminal as long as something can give way', () => {
  const lines = table(columns, [['a-very-long-service-name-that-goes-on', '12']], 20)
  expect(Math.max(...lines.map((line) => line.length))).toBe(20)
  expect(lines[1]).toContain('…')
})

test('paint is applied after widths are known', () => {
  const painted = [{ ...columns[0]!, paint: (cell: string) => `<${cell}>` }, columns[1]!]
  expect(table(painted, [['a', '1']], 80)[1]).toBe('<a   >      1')
})

test('control bytes and direction marks from outside can not reach the terminal', () => {
  expect(plain('a\u001b[2Jb\u0007\u202e')).toBe('a\\u001b[2Jb\\u0007\\u202e')
  expect(table(columns, [['x\u001b[31m', '1']], 80).join('')).not.toContain('\u001b')
})

test('shorten keeps both ends', () => {
  expect(shorten('/products/12345/reviews', 11)).toBe('/prod…views')
  expect(shorten('short', 11)).toBe('short')
})

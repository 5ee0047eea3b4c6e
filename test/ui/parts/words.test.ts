import { csvText } from '../../../ui/parts/csv.tsx'
import { strength } from '../../../ui/parts/heat-map.tsx'
import { shellWord, tapmeshCommand } from '../../../ui/parts/same-view.tsx'

test('a command is read back by a shell as it was meant', () => {
  expect(shellWord('cart')).toBe('cart')
  expect(shellWord('/orders/{id}')).toBe("'/orders/{id}'")
  expect(shellWord("it's; rm -rf $HOME")).toBe("'it'\\''s; rm -rf $HOME'")
  expect(shellWord('')).toBe("''")
  expect(tapmeshCommand(['edge', 'a b', 'c'], { from: 'now-5m', route: '', status: undefined })).toBe(
    "node cli/tapmesh.mjs edge 'a b' c --from now-5m",
  )
})

test('a file of values keeps commas, quotes and lines, and starts no formula', () => {
  expect(
    csvText(
      ['name', 'calls'],
      [
        ['a,"b"\nc', 3],
        ['=HYPERLINK("x")', 0.5],
      ],
    ),
  ).toBe('name,calls\r\n"a,""b""\nc",3\r\n"\'=HYPERLINK(""x"")",0.5\r\n')
})

test('a cell of the heat map is seen if it holds one call, and never stronger than the fullest', () => {
  expect(strength(0, 100)).toBe(0)
  expect(strength(1, 100_000)).toBeGreaterThan(0.1)
  expect(strength(100_000, 100_000)).toBeCloseTo(1)
  expect(strength(1, 1)).toBe(1)
})

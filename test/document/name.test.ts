import { isName } from '../../document/name.ts'

test('a name of letters, digits and a few marks, and nothing else', () => {
  expect(['orders', 'orders@host-1', 'v1.2+build'].every(isName)).toBe(true)
  expect(['', ' a', 'a\nb', '<b>', 'a'.repeat(129), '-x'].some(isName)).toBe(false)
})

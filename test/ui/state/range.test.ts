import { rangeOf } from '../../../ui/state/range.ts'

const of = (text: string) => rangeOf(new URLSearchParams(text))

test('without a choice the map is live', () => {
  expect(of('')).toEqual({ name: 'live', from: 'now-5m', to: 'now', follows: true })
  expect(of('range=3w').name).toBe('live')
})

test('a named range follows the clock, a fixed window does not', () => {
  expect(of('range=7d')).toEqual({ name: '7d', from: 'now-7d', to: 'now', follows: true })
  const window = 'from=2026-08-20T09:00:00Z&to=2026-08-20T10:00:00.000Z'
  expect(of(window)).toMatchObject({ name: 'custom', follows: false, to: '2026-08-20T10:00:00.000Z' })
})

test('a window that ends before it begins, or is no time at all, is not believed', () => {
  expect(of('from=2026-08-20T10:00:00Z&to=2026-08-20T09:00:00Z').name).toBe('live')
  expect(of("from=x'&to=y").name).toBe('live')
})

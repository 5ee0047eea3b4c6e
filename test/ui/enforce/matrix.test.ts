import { matrixRows } from '../../../ui/enforce/matrix.tsx'
import { standingOf } from '../../../ui/enforce/revisions.tsx'
import { cellOf } from '../../support/fake-control.ts'

test('services of the document come first, each once, then those that are called', () => {
  const rows = matrixRows(
    [cellOf('payment', 'mtls'), cellOf('cart', 'retries'), cellOf('cart', 'timeouts')],
    ['web', 'cart', 'catalog', 'web'],
  )
  expect(rows.map(({ service, cells }) => [service, [...cells.keys()]])).toEqual([
    ['cart', ['retries', 'timeouts']],
    ['payment', ['mtls']],
    ['catalog', []],
    ['web', []],
  ])
})

test.each([
  [{}, 'has it'],
  [{ active: 'a.1' }, 'behind'],
  [{ result: 'nack' as const, active: 'a.1' }, 'refused'],
  [{ bypassed: true }, 'bypassed'],
  [{ bypassed: true, reachable: false }, 'silent'],
])('a tap with %j %s', (more, standing) => {
  const tap = {
    ...{ tap: 't', service: 's', seen_at: '2026-11-21T18:00:00Z', reachable: true, revision: 'a.2' },
    ...{ result: 'ack' as const, active: 'a.2', ignored: [], age_s: 0, bypassed: false },
  }
  expect(standingOf({ ...tap, ...more }, 'a.2')).toBe(standing)
})

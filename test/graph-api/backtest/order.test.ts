import fc from 'fast-check'
import { InFlight } from '../../../graph-api/backtest/in-flight.ts'
import { readRows } from '../../../graph-api/backtest/rows.ts'
import { PIECE_US_MAX, piecesOf } from '../../../graph-api/backtest/scope.ts'
import { routesToOpen } from '../../../graph-api/backtest/shape.ts'
import { EMPTY_STORE } from '../../support/mesh.ts'
import { policyOf } from '../../support/policy.ts'

/** Calls are played in the order of time, whatever order they are stored in. */

test('what is under way ends in order of its end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ end: fc.nat({ max: 50 }), take: fc.boolean() }), { maxLength: 300 }),
      (steps) => {
        const heap = new InFlight()
        const plain: number[] = []
        steps.forEach(({ end, take }, kind) => {
          expect(heap.push(end, end - 1, kind, kind & 3)).toBe(true)
          plain.push(end)
          plain.sort((one, other) => one - other)
          if (!take) return
          expect(heap.nextEnd).toBe(plain[0])
          heap.pop((ended, start, which, admitted) => {
            expect([ended, start, admitted]).toEqual([plain.shift(), steps[which]!.end - 1, which & 3])
          })
        })
        while (heap.size > 0) heap.pop((ended) => expect(ended).toBe(plain.shift()))
        expect([plain, heap.nextEnd]).toEqual([[], Number.POSITIVE_INFINITY])
      },
    ),
  )
})

test('a heap grows past its first room', () => {
  const heap = new InFlight()
  for (let index = 0; index < 10_000; index++) heap.push((index * 7919) % 10_000, 0, index, 0)
  const ends: number[] = []
  while (heap.size > 0) heap.pop((end) => ends.push(end))
  expect(ends).toEqual(Array.from({ length: 10_000 }, (_, index) => index))
})

test('calls come by start; those of one microsecond in an order that does not depend on storage', async () => {
  const call = fc.record({
    start: fc.oneof(fc.nat({ max: 5 }), fc.constant(PIECE_US_MAX)),
    duration: fc.nat({ max: 3 }),
    hash: fc.nat({ max: 3 }),
  })
  const played = async (calls: { start: number; duration: number; hash: number }[]) => {
    const row = {
      starts: calls.map(({ start }) => start),
      durations: calls.map(({ duration }) => duration),
      hashes: calls.map(({ hash }) => hash),
    }
    const store = { ...EMPTY_STORE, read: async <Row>() => [row] as Row[] }
    const scope = {
      span: { from_us: 0, to_us: 1 },
      where: '1',
      bound: {},
      untapped: { caller: [], service: [] },
    }
    const shape = { keys: new Map([['k_source', 'source']]), bound: {} }
    const rows = await readRows(store, scope, shape, 1, { from_us: 0, to_us: 1, calls: calls.length })
    return [...rows.order].map((at) => [rows.ts[at], rows.hash[at], rows.duration_us[at]])
  }
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 60 }), async (calls) => {
      const order = await played(calls)
      expect(order).toEqual(await played([...calls].reverse()))
      expect(order.map(([start]) => start)).toEqual(
        calls.map(({ start }) => start).sort((one, other) => one - other),
      )
    }),
  )
})

test('pieces cover every minute once, and none is larger or longer than asked for but for one minute', () => {
  const minute = fc.record({ gap: fc.integer({ min: 1, max: 600 }), calls: fc.integer({ min: 1, max: 500 }) })
  fc.assert(
    fc.property(fc.array(minute, { maxLength: 60 }), (draws) => {
      let at = 0
      const minutes = draws.map(({ gap, calls }) => {
        at += gap * 60
        return { minute: at, calls }
      })
      const span = { from_us: 0, to_us: (at + 30) * 1_000_000 }
      const pieces = piecesOf(minutes, span, 400, PIECE_US_MAX)
      const sum = (list: readonly { calls: number }[]) => list.reduce((total, { calls }) => total + calls, 0)
      expect(sum(pieces)).toBe(sum(minutes))
      pieces.forEach(({ from_us, to_us, calls }, index) => {
        const one = to_us - from_us <= 60_000_000
        expect(one || (calls <= 400 && to_us - from_us <= PIECE_US_MAX)).toBe(true)
        if (index > 0) expect(from_us).toBeGreaterThanOrEqual(pieces[index - 1]!.to_us)
      })
    }),
  )
})

test('routes are opened to their paths only where a rule tells them apart', () => {
  const policy = policyOf(
    '  cart: { authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow, paths: ["/cart/{*}", /v/17] }] } }\n',
  )
  const deep = `/${Array.from({ length: 16 }, () => 'a').join('/')}`
  const routes = ['/cart/{id}', '/v/{id}', '/v/17', '/other/{id}', '__other__', '', deep]
  expect(routesToOpen(policy, routes)).toEqual(['/v/{id}', '__other__', '', deep])
})

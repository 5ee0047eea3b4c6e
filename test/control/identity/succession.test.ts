import fc from 'fast-check'
import type { Authority } from '../../../control/identity/authority.ts'
import { LAST_MS, NEXT_MS, PUBLISHED_MS, successionOf } from '../../../control/identity/succession.ts'

const DAY = 86_400_000
const YEAR = 365 * DAY

function authority(number: number, made_ms: number): Authority {
  return { number, made_ms, not_after_ms: made_ms + YEAR, certificate: '', key: undefined as never }
}

test('the first one signs at once; the next is made with 120 days left and signs 60 days later', () => {
  const first = authority(1, 0)
  expect(successionOf([], 0)).toEqual({ current: undefined, published: [], nextDue: true })
  expect(successionOf([first], 0)).toEqual({ current: first, published: [first], nextDue: false })
  const due = YEAR - NEXT_MS + 1
  expect(successionOf([first], due).nextDue).toBe(true)
  const second = authority(2, due)
  expect(successionOf([first, second], due)).toEqual({
    current: first,
    published: [second, first],
    nextDue: false,
  })
  expect(successionOf([first, second], due + PUBLISHED_MS).current).toBe(second)
  expect(successionOf([first, second], YEAR).published).toEqual([second])
})

test('where control slept past the time for it, the new one signs when the old is about to end', () => {
  const late = YEAR - 3 * DAY
  const both = [authority(1, 0), authority(2, late)]
  expect(successionOf(both, late).current).toBe(both[0])
  expect(successionOf(both, YEAR - LAST_MS + 1).current).toBe(both[1])
})

test('one from the future never signs while another may', () => {
  const both = [authority(1, 0), authority(2, 10 * DAY)]
  expect(successionOf(both, DAY).current).toBe(both[0])
  expect(successionOf([both[1]!], DAY).current).toBeUndefined()
})

test('over years of any rhythm: whoever signs was published for 60 days, or nobody older could', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 20, maxLength: 60 }), (steps) => {
      const known: Authority[] = []
      let now = 0
      for (const days of steps) {
        now += days * DAY
        if (successionOf(known, now).nextDue) known.push(authority(known.length + 1, now))
        const { current, published } = successionOf(known, now)
        expect(current).toBeDefined()
        expect(published).toContain(current)
        expect(current!.not_after_ms).toBeGreaterThan(now)
        const older = published.find(({ number }) => number === current!.number - 1)
        if (older && now - current!.made_ms < PUBLISHED_MS)
          expect(older.not_after_ms - now).toBeLessThan(LAST_MS)
      }
    }),
  )
})

import { readCalls } from '../../../graph-api/query/calls.ts'
import { filterPredicate } from '../../../graph-api/query/filter.ts'
import { check } from '../../../graph-api/schema/check.ts'
import { callFilters } from '../../../graph-api/schema/parameters.ts'
import { DECISIONS } from '../../../model/decision.ts'
import { insertCalls, NOW, openTestStore, spanId } from '../../support/mesh.ts'
import { record } from '../../support/record.ts'

/** The store and the live tail must keep the same calls. */
let store: Awaited<ReturnType<typeof openTestStore>>

const FEATURES = ['retries', 'authorization', 'mtls'] as const
const CALLS = DECISIONS.flatMap((decision, index) =>
  FEATURES.flatMap((feature, at) =>
    ['', 'would_'].map((said, side) => ({
      ts: NOW - 1 - index,
      span_id: spanId(index * 100 + at * 10 + side),
      verdicts: [
        `${feature}=${said}${decision};rule=deny`,
        ...(at === 1 ? ['timeouts=pass;cohort=control'] : []),
      ],
    })),
  ),
)

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, [...CALLS, { ts: NOW - 1, span_id: spanId(9999), verdicts: [] }])
})
afterAll(() => store.remove())

const TOLD = DECISIONS.filter((decision) => decision !== 'pass')

test.each([
  ...TOLD.flatMap((decision) => [{ would: decision }, { acted: decision }]),
  ...[...FEATURES, 'timeouts', 'rateLimit'].map((verdict) => ({ verdict })),
  { verdict: 'retries:retry' },
  { verdict: 'timeouts:pass' },
  { would: 'retry', verdict: 'mtls' },
])('%j', async (asked) => {
  const filters = check(callFilters, asked)
  const keeps = filterPredicate(filters)
  const expected = CALLS.filter((call) => keeps(record(call))).map((call) => call.span_id)
  const { calls } = await readCalls(store, { from_us: NOW - 1000, to_us: NOW }, filters, 1000)
  expect(calls.map(({ span_id }) => span_id).sort()).toEqual(expected.sort())
})

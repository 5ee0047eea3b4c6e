import type { Gap, ReceivedCall, SeenCall, StoredCall } from './support/chaos/entries.ts'
import { readReceipts } from './support/chaos/entries.ts'
import { settle } from './support/chaos/ledger.ts'

/** The ledger of the chaos test finds each kind of fault, and none where there is none. */

const SEEN: SeenCall = {
  ...{ id: 'a', method: 'GET', by: 'shop', began_us: 100, ended_us: 200 },
  ...{ saw: 'complete', status: 200, flags: '', denied: '', error: '' },
  ...{ isWhole: true, isError: false, arrivedWhole: true },
}
const RECEIVED: ReceivedCall = {
  ...{
    receipt: '1.1',
    id: 'a',
    attempt: 1,
    method: 'GET',
    act: 'ok',
    status: 200,
    at_us: 150,
    ended: 'done',
  },
}
const STORED: StoredCall = {
  id: 'a',
  reporter: 'client',
  span: 's',
  verdicts: [],
  revision: 'e.1',
}
const GONE: Gap = { from_us: 120, to_us: 180 }

interface Given {
  seen?: Partial<SeenCall>
  received?: readonly Partial<ReceivedCall>[]
  stored?: readonly Partial<StoredCall>[]
  gaps?: readonly Gap[]
  lost?: number
}

const SERVER = { reporter: 'server', span: 't' }

const complaintsOf = ({ seen = {}, received = [{}], stored = [{}, SERVER], gaps = [], lost = 0 }: Given) =>
  settle({
    seen: [{ ...SEEN, ...seen }],
    received: received.map((one) => ({ ...RECEIVED, ...one })),
    stored: stored.map((one) => ({ ...STORED, ...one })),
    gaps,
    attempts_max: 3,
    lost,
  }).complaints

const BROKEN = { status: 502, flags: 'UC' }
const CUT = { status: 504, flags: 'UT', denied: 'timeouts;rule=request;v=e.1' }
const SAID = { verdicts: ['timeouts=cut;rule=request'] }

const TWICE = [{}, { span: 'u' }, SERVER, { ...SERVER, span: 'v' }]

test.each<[string, Given]>([
  ['a good answer', {}],
  [
    'an error of the service',
    { seen: { status: 503, isError: true }, received: [{ act: 'error', status: 503 }] },
  ],
  ['a service that broke off', { seen: BROKEN, received: [{ act: 'reset', ended: 'broken' }] }],
  ['nobody there', { seen: BROKEN, received: [], stored: [{}], gaps: [GONE] }],
  ['a service killed in between', { seen: BROKEN, received: [{ ended: undefined }], gaps: [GONE] }],
  ['a body cut by the service', { seen: { saw: 'cut' }, received: [{ act: 'cut_body', ended: 'broken' }] }],
  ['a refusal with its record', { seen: CUT, stored: [SAID, SERVER] }],
  ['a body cut by a timeout', { seen: { saw: 'cut' }, received: [{ act: 'drip' }], stored: [SAID, SERVER] }],
  ['a second attempt', { received: [{ act: 'reset' }, { attempt: 2, at_us: 160 }], stored: TWICE }],
  ['records that were told as lost', { stored: [], lost: 2 }],
])('nothing to say of %s', (_, given) => {
  expect(complaintsOf(given)).toEqual([])
})

test.each<[string, Given, RegExp]>([
  ['bytes that are not the service’s', { seen: { isWhole: false } }, /not the backend/],
  ['a request that arrived otherwise', { seen: { arrivedWhole: false } }, /did not arrive/],
  ['a good call that a tap broke', { seen: BROKEN }, /without a cause/],
  ['a good call that was cut', { seen: { saw: 'cut' } }, /cut in the middle/],
  ['no answer', { seen: { saw: 'error' } }, /without a cause \(error/],
  ['another status', { seen: { status: 503 } }, /the backend said 200/],
  ['an answer of nobody', { received: [] }, /by nobody/],
  ['a refusal that no record knows', { seen: CUT }, /no record says so/],
  [
    'a verdict that was only said',
    { seen: CUT, stored: [{ verdicts: ['timeouts=would_cut;rule=request'] }] },
    /no record/,
  ],
  [
    'a refusal under another revision',
    { seen: CUT, stored: [{ ...SAID, revision: 'e.2' }] },
    /no record names/,
  ],
  [
    'a POST that came twice',
    { seen: { method: 'POST' }, received: [{}, { attempt: 2 }] },
    /POST was received 2/,
  ],
  ['too many attempts', { received: [{}, { attempt: 4, at_us: 160 }] }, /in 2 attempts/],
  ['an attempt that came twice', { received: [{}, {}] }, /received 2 times/],
  ['records that are missing', { stored: [] }, /2 records are missing/],
  ['a record of an attempt that is missing', { received: [{}, { attempt: 2, at_us: 160 }] }, /2 records/],
  ['a record that stands twice', { stored: [{}, {}, SERVER] }, /1 records stand twice/],
  [
    'a failure after the service was back',
    { seen: BROKEN, received: [], gaps: [{ from_us: 1, to_us: 9 }] },
    /cause/,
  ],
])('%s is found', (_, given, words) => {
  expect(complaintsOf(given).join('\n')).toMatch(words)
})

test('what a backend wrote down is read, also where it was killed in between', () => {
  const { ended: _, ...receipt } = RECEIVED
  const text = [receipt, { receipt: '1.1', ended: 'broken' }, { ...receipt, receipt: '1.2' }]
    .map((entry) => `${JSON.stringify(entry)}\n`)
    .join('')
  expect(readReceipts(text).map(({ ended }) => ended)).toEqual(['broken', undefined])
})

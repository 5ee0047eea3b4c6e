import { parseDuration, parseSize } from '../../document/quantity.ts'

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
  ['0', 0],
  [' 2 s ', 2000],
])('duration %s', (text, wanted) => expect(parseDuration(text)).toBe(wanted))

test.each([
  ['16MiB', 16_777_216],
  ['256KiB', 262_144],
  ['10MB', 10_000_000],
  ['512', 512],
  ['1B', 1],
])('size %s', (text, wanted) => expect(parseSize(text)).toBe(wanted))

test.each(['10', 's', '-1s', '1d', '1e3s', '', 'constructor', '1 constructor', '99999999999999s'])(
  'no duration: %s',
  (text) => expect(parseDuration(text)).toBeUndefined(),
)
test.each(['-1', 'MiB', '1.2.3MB', '1TBB', '9999999999999999999'])('no size: %s', (text) =>
  expect(parseSize(text)).toBeUndefined(),
)

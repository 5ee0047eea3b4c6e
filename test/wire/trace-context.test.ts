import {
  findCaller,
  isTraceparent,
  readFlags,
  readTraceparent,
  writeTraceparent,
} from '../../wire/trace-context.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const VALUE = `00-${TRACE}-${PARENT}-01`

const valid = (text: string): boolean => isTraceparent(Buffer.from(text), 0, text.length)

test.each([VALUE, `00-${TRACE}-${PARENT}-ff`, `01-${TRACE}-${PARENT}-01`, `cc-${TRACE}-${PARENT}-01-more`])(
  '%s is continued',
  (text) => expect(valid(text)).toBe(true),
)

test.each([
  '',
  'zz-zz',
  VALUE.slice(0, -1),
  `${VALUE}-more`,
  `01-${TRACE}-${PARENT}-01.more`,
  `ff-${TRACE}-${PARENT}-01`,
  VALUE.toUpperCase(),
  `00-${'0'.repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00_${TRACE}-${PARENT}-01`,
  `00-${TRACE}-${PARENT}-0g`,
])('%j is not', (text) => expect(valid(text)).toBe(false))

test('what is written can be read again', () => {
  const ids = Buffer.from(TRACE + PARENT)
  const out = Buffer.alloc(60)
  expect(out.toString('latin1', 0, writeTraceparent(out, 0, ids, readFlags(Buffer.from(VALUE), 0)))).toBe(
    VALUE,
  )
  const trace = Buffer.alloc(48)
  const parent = Buffer.alloc(16)
  readTraceparent(out, 0, trace, parent)
  expect(trace.toString('latin1', 0, 32) + parent.toString()).toBe(TRACE + PARENT)
})

describe('tracestate', () => {
  const caller = (text: string): string | undefined => {
    const bytes = Buffer.from(text)
    const found = { start: 0, end: 0 }
    const believed = findCaller(bytes, 0, bytes.length, Buffer.from(PARENT), found)
    return believed ? text.slice(found.start, found.end) : undefined
  }

  test('a fresh member names the caller, wherever it stands', () => {
    expect(caller(`tapmesh=web-api~${PARENT}`)).toBe('web-api')
    expect(caller(`a=1 ,\t tapmesh=web~${PARENT} ,b=2`)).toBe('web')
  })

  test.each([
    '',
    'tapmesh=',
    `tapmesh=~${PARENT}`,
    'tapmesh=web~0000000000000001',
    `tapmesh=we<b~${PARENT}`,
    `tapmesh=${'x'.repeat(200)}~${PARENT}`,
    `xtapmesh=web~${PARENT}`,
  ])('%j is not believed', (text) => expect(caller(text)).toBeUndefined())
})

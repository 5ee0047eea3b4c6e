import { tracestateName } from '../../wire/trace-context.ts'
import { tracestateRoom, writeTracestate } from '../../wire/tracestate.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const OWN = `tapmesh=my.shop~${SPAN}`

function write(...states: string[]): string {
  const service = tracestateName('my shop')
  const bytes = Buffer.from(states.join('\n'))
  const out = Buffer.alloc(tracestateRoom(service, bytes.length))
  const values: number[] = []
  let at = 0
  for (const state of states) {
    values.push(at, at + state.length)
    at += state.length + 1
  }
  return out.toString('latin1', 0, writeTracestate(out, 0, service, Buffer.from(TRACE + SPAN), bytes, values))
}

test('the own member comes first, an older one of its kind goes, the rest stays in order', () => {
  expect(write('a=1, tapmesh=x~1,,b=2 ')).toBe(`${OWN},a=1,b=2`)
  expect(write('a=1', 'b=2,tapmesh=x~1')).toBe(`${OWN},a=1,b=2`)
  expect(write()).toBe(OWN)
})

test('512 bytes of what came lose nothing', () => {
  const state = `a=${'x'.repeat(249)},b=${'y'.repeat(256)},c`
  expect(state).toHaveLength(512)
  expect(write(state)).toBe(`${OWN},${state}`)
})

test('above the limit members of more than 128 bytes go first, then members from the end', () => {
  expect(write(`big=${'v'.repeat(600)},a=1`)).toBe(`${OWN},a=1`)
  const short = Array.from(
    { length: 60 },
    (_, index) => `k${String(index).padStart(2, '0')}=${'v'.repeat(8)}`,
  )
  expect(write(`${short.join(',')},long=${'w'.repeat(130)}`)).toBe(`${OWN},${short.slice(0, 31).join(',')}`)
  const wide = Array.from({ length: 10 }, (_, index) => `k${index}=${'v'.repeat(97)}`)
  expect(write(wide.join(','))).toBe(`${OWN},${wide.slice(0, 5).join(',')}`)
})

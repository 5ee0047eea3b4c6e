import type { Pipe } from '../../../net/pipe.ts'
import { Caller } from '../../../tap-proxy/relay/caller.ts'
import type { RelayRuntime } from '../../../tap-proxy/relay/runtime.ts'
import { SourceBook } from '../../../tap-proxy/relay/source-book.ts'

const pipe = { remoteAddress: () => '::ffff:10.0.0.7' } as Pipe

function runtime(kind: 'inbound' | 'outbound', name?: string): RelayRuntime {
  const book = new SourceBook({} as ConstructorParameters<typeof SourceBook>[0])
  return { book, settings: { kind }, service: 'orders', callerOf: () => name } as unknown as RelayRuntime
}

test('configuration before the address, which is written as IPv4', () => {
  expect(new Caller().source(runtime('inbound'), pipe)).toMatchObject({
    service: '10.0.0.7',
    instance: '10.0.0.7',
    evidence: 'address',
  })
  expect(new Caller().source(runtime('inbound', 'batch'), pipe)).toMatchObject({
    service: 'batch',
    evidence: 'config',
  })
})

test('outbound calls come from the tap’s own service', () => {
  expect(new Caller().source(runtime('outbound'), pipe)).toMatchObject({
    service: 'orders',
    evidence: 'config',
  })
})

test('a name holds for its call alone, and is the same object when it comes again', () => {
  const caller = new Caller()
  const shared = runtime('inbound')
  const bytes = Buffer.from('tapmesh=web~')
  const place = { start: 8, end: 11 }
  caller.named(bytes, place, shared, pipe)
  const web = caller.source(shared, pipe)
  expect(web).toMatchObject({ service: 'web', evidence: 'trace' })
  caller.forget()
  expect(caller.source(shared, pipe).evidence).toBe('address')
  caller.named(bytes, place, shared, pipe)
  expect(caller.source(shared, pipe)).toBe(web)
  caller.reset()
  expect(caller.source(shared, pipe).evidence).toBe('address')
})

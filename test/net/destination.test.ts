import { EventEmitter, once } from 'node:events'
import { ServiceEndpoints } from '../../net/destination.ts'
import { type Endpoint, type EndpointSource, endpointAt, labelOf } from '../../net/endpoint.ts'
import { createAddressSource } from '../../net/source/address-source.ts'

/** A source that says what the test wants. */
function sourceOf(...endpoints: Endpoint[]): EndpointSource & { say(...next: Endpoint[]): void } {
  let changed: (endpoints: readonly Endpoint[]) => void = () => {}
  return {
    name: 'static',
    watch(_service, listener) {
      changed = listener
      listener(endpoints)
      return () => {}
    },
    say: (...next) => changed(next),
  }
}

const labels = (endpoints: readonly Endpoint[]) => endpoints.map(({ label }) => label)

describe('addresses of the configuration', () => {
  test('need no lookup and are taken in turn', () => {
    const lookup = jest.fn()
    const to = new ServiceEndpoints(
      'orders',
      createAddressSource(
        [
          { host: '10.0.0.1', port: 80 },
          { host: '::1', port: 81 },
        ],
        { lookup },
      ),
    )
    const taken = [to.pick(), to.pick(), to.pick()].map((endpoint) => endpoint?.label)
    expect(new Set(taken)).toEqual(new Set(['10.0.0.1:80', '[::1]:81']))
    expect(taken[0]).toBe(taken[2])
    expect(lookup).not.toHaveBeenCalled()
    to.close()
  })

  test('a name is unknown until it is resolved, follows its changes, and keeps the last good addresses', async () => {
    const asked = new EventEmitter()
    const answers = [
      async () => ['10.0.0.1'],
      async () => ['10.0.0.2'],
      async () => Promise.reject(new Error('SERVFAIL')),
    ]
    const faults: string[] = []
    let turn = 0
    const source = createAddressSource([{ host: 'backend', port: 80 }], {
      refresh_ms: 1,
      onFault: (name) => faults.push(name),
      lookup: () => {
        asked.emit('asked')
        return answers[Math.min(turn++, 2)]!()
      },
    })
    const to = new ServiceEndpoints('orders', source)
    expect(to.pick()).toBeUndefined()
    await to.ready
    expect(to.pick()?.label).toBe('10.0.0.1:80')
    while (turn < 5) await once(asked, 'asked')
    expect(to.pick()?.label).toBe('10.0.0.2:80')
    expect(faults).toContain('backend')
    to.close()
  })
})

describe('endpoints of a service', () => {
  test('the same address stays the same object, and another source takes effect', () => {
    const to = new ServiceEndpoints('orders', sourceOf(endpointAt('10.0.0.1', 80)))
    const first = to.pick()
    void to.follow(sourceOf(endpointAt('10.0.0.1', 80), endpointAt('10.0.0.9', 80)))
    expect(to.targets()).toContain(first)
    expect(to.targets()).toHaveLength(2)
    void to.follow(sourceOf(endpointAt('10.0.0.9', 80)))
    expect(labels(to.targets())).toEqual(['10.0.0.9:80'])
  })

  test('an endpoint that takes no calls is left out', () => {
    const source = sourceOf(endpointAt('10.0.0.1', 80), { ...endpointAt('10.0.0.2', 80), ready: false })
    const to = new ServiceEndpoints('orders', source)
    expect(labels(to.candidates())).toEqual(['10.0.0.1:80'])
    source.say({ ...endpointAt('10.0.0.1', 80), ready: false }, endpointAt('10.0.0.2', 80))
    expect(labels(to.candidates())).toEqual(['10.0.0.2:80'])
  })

  test('of a name with two families one is used: the first, until only the other one works', () => {
    const source = sourceOf(endpointAt('::1', 80, 'localhost'), endpointAt('127.0.0.1', 80, 'localhost'))
    const to = new ServiceEndpoints('orders', source)
    for (let call = 0; call < 3; call++) expect(labels(to.candidates())).toEqual(['[::1]:80', '127.0.0.1:80'])
    const [six, four] = to.candidates()
    expect(labels(to.others(six!))).toEqual(['127.0.0.1:80'])
    to.failed(six!)
    expect(labels(to.candidates())).toEqual(['127.0.0.1:80', '[::1]:80'])
    to.worked(four!)
    expect(labels(to.targets())).toEqual(['127.0.0.1:80'])
    // The next answer of the resolver does not make it forget.
    source.say(endpointAt('::1', 80, 'localhost'), endpointAt('127.0.0.1', 80, 'localhost'))
    expect(labels(to.targets())).toEqual(['127.0.0.1:80'])
  })

  test('one that refused a connection is tried after the others', () => {
    const to = new ServiceEndpoints(
      'orders',
      sourceOf(endpointAt('10.0.0.1', 80), endpointAt('10.0.0.2', 80)),
    )
    to.failed(to.targets()[0]!)
    for (let call = 0; call < 4; call++) expect(to.pick()?.label).toBe('10.0.0.2:80')
    to.worked(to.targets()[0]!)
    expect(new Set([to.pick()?.label, to.pick()?.label]).size).toBe(2)
  })

  test('labels IPv6 with brackets', () => expect(labelOf('::1', 8)).toBe('[::1]:8'))
})

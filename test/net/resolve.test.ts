import { EventEmitter, once } from 'node:events'
import { createDestination, labelOf } from '../../net/resolve.ts'

describe('createDestination', () => {
  test('addresses need no lookup and are taken in turn', async () => {
    const lookup = jest.fn()
    const to = createDestination(
      [
        { host: '10.0.0.1', port: 80 },
        { host: '::1', port: 81 },
      ],
      { lookup },
    )
    const labels = [to.pick(), to.pick(), to.pick()].map((target) => target?.label)
    expect(new Set(labels)).toEqual(new Set(['10.0.0.1:80', '[::1]:81']))
    expect(labels[0]).toBe(labels[2])
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
    const to = createDestination([{ host: 'backend', port: 80 }], {
      refresh_ms: 1,
      onFault: (name) => faults.push(name),
      lookup: () => {
        asked.emit('asked')
        return answers[Math.min(turn++, 2)]!()
      },
    })
    expect(to.pick()).toBeUndefined()
    await to.ready
    expect(to.pick()?.label).toBe('10.0.0.1:80')
    while (turn < 5) await once(asked, 'asked')
    expect(to.pick()?.label).toBe('10.0.0.2:80')
    expect(faults).toContain('backend')
    to.close()
  })

  test('the same address stays the same object, and replacing upstreams takes effect', async () => {
    const to = createDestination([{ host: '10.0.0.1', port: 80 }])
    const first = to.pick()
    await to.replace([
      { host: '10.0.0.1', port: 80 },
      { host: '10.0.0.9', port: 80 },
    ])
    expect(to.targets()).toContain(first)
    expect(to.targets()).toHaveLength(2)
    await to.replace([{ host: '10.0.0.9', port: 80 }])
    expect(to.targets().map((target) => target.label)).toEqual(['10.0.0.9:80'])
    to.close()
  })

  test('labels IPv6 with brackets', () => expect(labelOf('::1', 8)).toBe('[::1]:8'))
})

import { CallCounters, STATUS_CLASSES } from '../../../tap-proxy/sink/call-counters.ts'
import { draftOf, PARTIES } from '../support/draft.ts'

const count = (counters: CallCounters, method: string, status: (typeof STATUS_CLASSES)[number]) =>
  [...counters.all()].reduce(
    (sum, series) =>
      sum +
      series.calls[
        series.methods.names.indexOf(method) * STATUS_CLASSES.length + STATUS_CLASSES.indexOf(status)
      ]!,
    0,
  )

describe('CallCounters', () => {
  test('counts by method and class of status, durations in their bucket', () => {
    const counters = new CallCounters()
    counters.call(draftOf({ duration_us: 500 }))
    counters.call(draftOf({ method: 'POST', status: '503', outcome: 'server_error', duration_us: 501 }))
    counters.call(draftOf({ method: 'get', status: '', outcome: 'reset', duration_us: 99_000_000 }))
    counters.call(draftOf({ method: 'GET', status: 'WRONGTYPE', duration_us: 1 }))
    expect(count(counters, 'GET', 'ok')).toBe(1)
    expect([
      count(counters, 'GET', '2xx'),
      count(counters, 'POST', '5xx'),
      count(counters, '__other__', 'none'),
    ]).toEqual([1, 1, 1])
    const [series] = [...counters.all()]
    expect([series!.durations[0], series!.durations[1], series!.durations.at(-1)]).toEqual([2, 1, 1])
    expect(series!.failed).toBe(2)
    expect(series!.duration_us).toBe(99_001_002)
    expect(counters.tap_us).toBe(48)
  })

  test('instances share a series, and callers past the cap are __other__', () => {
    const counters = new CallCounters()
    counters.call(draftOf({ parties: { ...PARTIES, source_instance: 'a' } }))
    counters.call(draftOf({ parties: { ...PARTIES, source_instance: 'b' } }))
    expect([...counters.all()]).toHaveLength(1)
    for (let index = 0; index < 1000; index++)
      counters.call(draftOf({ parties: { ...PARTIES, source: `caller-${index}` } }))
    const all = [...counters.all()]
    expect(all.length).toBeLessThanOrEqual(201)
    expect(all.at(-1)).toMatchObject({ source: '__other__', destination: '__other__' })
    expect(counters.overflowed).toBe(801)
  })
})

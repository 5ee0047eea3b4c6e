import { parseWrk, wrkScript } from '../../../../loadtest/bench/load/wrk.ts'

const OUTPUT = `Running 4s test @ http://127.0.0.1:40000/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     0.92ms    1.10ms  25.91ms   95.70%
    Req/Sec    75.40k     4.10k   80.00k    70.00%
  Latency Distribution
     50%  676.00us
     75%    1.00ms
     90%    1.20ms
     99%    1.36ms
  301000 requests in 4.01s, 100.50MB read
  Socket errors: connect 1, read 2, write 3, timeout 4
  Non-2xx or 3xx responses: 5
Requests/sec:  75018.77
Transfer/sec:     25.05MB
`

test('reads calls, time, bytes, percentiles and every kind of error', () => {
  expect(parseWrk(OUTPUT)).toEqual({
    calls: 301_000,
    seconds: 4.01,
    read_bytes: 100.5 * 1024 * 1024,
    p50_us: 676,
    p99_us: 1360,
    errors: 15,
  })
})

test('a latency of seconds is padded by a blank', () => {
  expect(parseWrk('     50%    1.08s \n     99%    1.50m \n')).toMatchObject({
    p50_us: 1_080_000,
    p99_us: 90_000_000,
  })
})

test('a run without an answer has no calls and no percentile', () => {
  expect(parseWrk('unable to connect')).toMatchObject({ calls: 0, errors: 0, p50_us: Number.NaN })
})

test('a plain load needs no script', () => {
  expect(wrkScript({ connections: 64, path: '/' })).toBeUndefined()
})

test('bodies, closing connections and many paths are scripted', () => {
  expect(wrkScript({ connections: 1, path: '/', body_bytes: 10 })).toContain('string.rep("x", 10)')
  expect(wrkScript({ connections: 1, path: '/', close: true })).toContain('["Connection"] = "close"')
  expect(wrkScript({ connections: 1, path: '/', paths: 7 })).toContain('for number = 1, 7 do')
})

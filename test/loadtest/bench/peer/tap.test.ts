import { parseLost, tapWords } from '../../../../loadtest/bench/peer/tap.ts'

test('lost records are the sum over all reasons', () => {
  const page = [
    '# TYPE tapmesh_records_dropped_total counter',
    'tapmesh_records_dropped_total{reason="overflow",tap="a"} 12',
    'tapmesh_records_dropped_total{reason="rejected",tap="a"} 3',
    'tapmesh_requests_total 99',
  ].join('\n')
  expect(parseLost(page)).toBe(15)
  expect(parseLost('')).toBe(0)
})

test('a tap listens on any port unless told', () => {
  expect(tapWords(3000).join(' ')).toBe('--service bench --listen 0 --to 127.0.0.1:3000 --admin-port 0')
  expect(tapWords(3000, 8080)).toContain('8080')
})

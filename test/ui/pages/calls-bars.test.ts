import { partsOf } from '../../../ui/pages/calls-bars.tsx'
import { curlOf } from '../../../ui/pages/curl.ts'
import { stubCall } from '../../support/api-stub.ts'

const bar = (calls: number, errors: number, client_errors = 0) => ({ ts: '', calls, errors, client_errors })

test('failures stand at the ground and stay visible beside thousands of calls', () => {
  const [failed, rest] = partsOf(bar(100_000, 1), 100_000)
  expect(failed).toMatchObject({ tone: 'bad', height: 2 })
  expect(rest!.tone).toBe('main')
  expect(rest!.y + rest!.height).toBeCloseTo(failed!.y)
})

test('a silent step has no parts', () => {
  expect(partsOf(bar(0, 0), 10)).toEqual([])
  expect(partsOf(bar(4, 1, 1), 4).map(({ tone }) => tone)).toEqual(['bad', 'warn', 'main'])
})

test('a call becomes a curl command that no path can break out of', () => {
  expect(curlOf(stubCall())).toBe('curl -i http://127.0.0.1:2/products/7')
  const call = stubCall({ method: 'POST', path: "/a'; rm -rf /;'" })
  expect(curlOf(call)).toBe("curl -i -X POST -d '' 'http://127.0.0.1:2/a'\\''; rm -rf /;'\\'''")
  expect(curlOf(stubCall({ destination_instance: '' }))).toContain('http://catalog:80/')
})

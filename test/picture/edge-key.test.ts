import { edgeKey } from '../../picture/edge-key.ts'

test('different pairs have different keys, whatever their names', () => {
  const one = edgeKey({ source: 'a b', destination: 'c' })
  expect(one).not.toBe(edgeKey({ source: 'a', destination: 'b c' }))
  expect(one).toBe(edgeKey({ source: 'a b', destination: 'c' }))
})

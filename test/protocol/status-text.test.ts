import { statusNumber, statusText } from '../../protocol/status-text.ts'

test('a status of HTTP is text and back; no answer is no text', () => {
  expect([0, 101, 200, 599].map(statusText)).toEqual(['', '101', '200', '599'])
  expect(['', '101', '200', '599'].map(statusNumber)).toEqual([0, 101, 200, 599])
  expect(statusText(200)).toBe(statusText(200))
})

test('what another protocol writes is no number of HTTP', () => {
  expect(['42P01', 'OK', 'MOVED', '20x', '14'].map(statusNumber)).toEqual([0, 0, 0, 0, 0])
})

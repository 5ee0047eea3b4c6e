import { codeOf, describeError, TapmeshError } from '../../model/error.ts'

test('an error is told with its place, code and hint', () => {
  const error = new TapmeshError('TAPMESH_CONFIG_INVALID', 'unknown key "lisen"', 'Did you mean "listen"?', {
    place: { file: 'tap.yaml', line: 3, column: 5, key: 'lisen' },
  })
  expect(describeError(error)).toBe(
    'tap.yaml:3:5: unknown key "lisen" (TAPMESH_CONFIG_INVALID)\n  Did you mean "listen"?',
  )
})

test('whatever is thrown has a code', () => {
  expect(codeOf(Object.assign(new Error('x'), { code: 'EADDRINUSE' }))).toBe('EADDRINUSE')
  expect(codeOf('a string')).toBe('TAPMESH_INTERNAL')
  expect(describeError('a string')).toBe('a string')
})

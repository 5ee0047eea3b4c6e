import { createCallerNames } from '../../net/callers.ts'

test('an address goes before a network, mapped forms count, strangers have no name', () => {
  const nameOf = createCallerNames(
    new Map([
      ['10.0.0.0/24', 'web'],
      ['10.0.0.7', 'batch'],
      ['fd00::/8', 'six'],
    ]),
  )
  expect(['10.0.0.7', '10.0.0.8', '::ffff:10.0.0.8', 'fd00::1', '10.0.1.1', ''].map(nameOf)).toEqual([
    'batch',
    'web',
    'web',
    'six',
    undefined,
    undefined,
  ])
})

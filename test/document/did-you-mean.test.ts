import { didYouMean } from '../../document/did-you-mean.ts'

const known = ['service', 'collector', 'tokenFile', 'accessLog', 'listen']

test.each([
  ['servcie', 'service'],
  ['token_file', 'tokenFile'],
  ['colector', 'collector'],
  ['access-log', 'accessLog'],
  ['Listen', 'listen'],
  ['banana', undefined],
  ['x'.repeat(100_000), undefined],
])('%.20s -> %s', (word, wanted) => expect(didYouMean(word, known)).toBe(wanted))

import {
  CLASS,
  DIGIT,
  equalsIgnoreCase,
  HEX_VALUE,
  HOST,
  IPV6,
  TARGET,
  TOKEN,
  VALUE,
  word,
} from '../../wire/byte-class.ts'

function members(flag: number): string {
  return Array.from(CLASS, (flags, byte) => ((flags & flag) === 0 ? '' : String.fromCharCode(byte))).join('')
}

test('tokens are those of RFC 9110 section 5.6.2', () => {
  expect(members(TOKEN)).toBe("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~")
})

test('values hold no control byte but the tab, and all of obs-text', () => {
  expect(members(VALUE)).toHaveLength(1 + 95 + 128)
  for (const byte of [0, 10, 13, 27, 127]) expect(CLASS[byte]! & VALUE).toBe(0)
})

test('targets are printable ASCII without the fragment; hosts have no comma, slash, at or bracket', () => {
  expect(members(TARGET)).toHaveLength(93)
  expect(members(TARGET)).not.toContain('#')
  for (const letter of ',/@ []<>"') expect(members(HOST)).not.toContain(letter)
  expect(members(IPV6)).toBe('.0123456789:ABCDEFabcdef')
  expect(members(DIGIT)).toBe('0123456789')
})

test('hex digits have their value, all other bytes -1', () => {
  for (let byte = 0; byte < 256; byte++) {
    const letter = String.fromCharCode(byte)
    expect(HEX_VALUE[byte]).toBe(/[0-9a-fA-F]/.test(letter) ? Number.parseInt(letter, 16) : -1)
  }
})

test('names compare without regard to case, and by their whole length', () => {
  const bytes = Buffer.from('xCoNtEnT-LeNgTh')
  expect(equalsIgnoreCase(bytes, 1, word('Content-Length'), 14)).toBe(true)
  expect(equalsIgnoreCase(bytes, 1, word('content-length'), 13)).toBe(false)
  expect(equalsIgnoreCase(bytes, 0, word('content-length'), 14)).toBe(false)
})
